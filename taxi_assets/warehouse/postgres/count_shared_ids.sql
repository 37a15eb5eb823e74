-- Hashes first: eight bytes a row to group by, where the ids themselves would take forty.
WITH suspects AS (
    SELECT hashtextextended(unique_row_id, 0) AS hashed
    FROM $table
    WHERE filename = ANY(%(filenames)s)
    GROUP BY hashed
    HAVING count(*) > 1
)
SELECT coalesce(sum(sharing), 0)::bigint
FROM (
    SELECT count(*) AS sharing
    FROM $table
    WHERE filename = ANY(%(filenames)s)
        AND hashtextextended(unique_row_id, 0) IN (SELECT hashed FROM suspects)
    GROUP BY unique_row_id
    HAVING count(*) > 1
) AS groups
