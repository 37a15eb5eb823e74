-- name: count_shared_ids
-- Group by hashes first, since they take eight bytes a row. The ids would take forty.
WITH month AS (
    SELECT unique_row_id
    FROM {{ table }}
    WHERE filename IN (SELECT unnest({{ bound.filenames }}))
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
);

-- name: count_ids_elsewhere
-- Trips with the same id have the same pickup. If they are in two files, the pickup lies outside
-- the month of one of the files. So it is enough to search the other files for pickups in this
-- month, and for this file's out-of-month pickups.
WITH month AS (
    SELECT
        unique_row_id,
        {{ pickup }} AS pickup
    FROM {{ table }}
    WHERE filename IN (SELECT unnest({{ bound.filenames }}))
),

elsewhere AS (
    SELECT unique_row_id
    FROM {{ table }}
    WHERE
        filename NOT IN (SELECT unnest({{ bound.filenames }}))
        AND {{ pickup }} >= {{ bound.month_start }}
        AND {{ pickup }} < {{ bound.month_end }}
    UNION ALL
    SELECT unique_row_id
    FROM {{ table }}
    WHERE
        filename NOT IN (SELECT unnest({{ bound.filenames }}))
        AND {{ pickup }} IN (
            SELECT pickup
            FROM month
            WHERE pickup < {{ bound.month_start }} OR pickup >= {{ bound.month_end }}
        )
)

SELECT count(*)
FROM month
WHERE unique_row_id IN (SELECT unique_row_id FROM elsewhere);
