-- name: select_all
SELECT * FROM {{ table }};

-- name: select_month
-- In the place of a table of trips, in the query of a monthly table.
SELECT *
FROM {{ table }}
WHERE {{ condition }};

-- name: add_month
SELECT
    {{ month }} AS month,
    made.*
FROM (
    {{ query }}
) AS made;
