-- name: assert_rows
ASSERT (SELECT COUNT(*) FROM {{ incoming }}) = {{ bound.rows }} AS 'not all rows have arrived';

-- name: begin
BEGIN TRANSACTION;

-- name: delete_month
-- With this condition, BigQuery reads only one partition of the table.
DELETE FROM {{ table }}
WHERE {{ month }} = {{ bound.month }};

-- name: insert_month
INSERT INTO {{ table }} (
    {{ columns }}
)
SELECT
    {{ columns }}
FROM {{ incoming }};

-- name: commit
COMMIT TRANSACTION;

-- name: count_month
SELECT COUNT(*), COUNTIF(filename = {{ bound.filename }})
FROM {{ table }}
WHERE {{ month }} = {{ bound.month }};
