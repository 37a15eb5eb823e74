-- The number of a file's rows, and the sums from which their digests are made.
SELECT
    count(*),
    {{ digest }},
    {{ engine_digest }}
FROM (
    {{ selected_rows }}
)
