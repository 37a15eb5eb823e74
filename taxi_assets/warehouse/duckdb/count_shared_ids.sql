-- Hashes first: eight bytes a row to group by, where the ids themselves would take forty.
WITH month AS (
    SELECT unique_row_id
    FROM $table
    WHERE filename IN (SELECT unnest($$filenames))
),
suspects AS (
    SELECT hash(unique_row_id) AS hashed
    FROM month
    GROUP BY hashed
    HAVING count(*) > 1
)
SELECT CAST(coalesce(sum(sharing), 0) AS BIGINT)
FROM (
    SELECT count(*) AS sharing
    FROM month
    WHERE hash(unique_row_id) IN (SELECT hashed FROM suspects)
    GROUP BY unique_row_id
    HAVING count(*) > 1
)
