-- name: first_rows
SELECT *
FROM (
    {{ query }}
) AS tried
LIMIT {{ most }};
