-- name: count_shared_ids
-- Group by hashes first, since they take eight bytes a row. The ids would take forty.
WITH suspects AS (
    SELECT hashtextextended(unique_row_id, 0) AS hashed
    FROM {{ table }}
    WHERE filename = ANY({{ bound.filenames }})
    GROUP BY hashed
    HAVING count(*) > 1
)

SELECT coalesce(sum(sharing), 0)::bigint
FROM (
    SELECT count(*) AS sharing
    FROM {{ table }}
    WHERE
        filename = ANY({{ bound.filenames }})
        AND hashtextextended(unique_row_id, 0) IN (SELECT hashed FROM suspects)
    GROUP BY unique_row_id
    HAVING count(*) > 1
) AS groups;

-- name: count_ids_elsewhere
-- Trips with the same id have the same pickup. If they are in two files, the pickup lies outside
-- the month of one of the files. So it is enough to search the other files for pickups in this
-- month, and for pickups on the days of this file's out-of-month pickups. The BRIN index finds the
-- blocks of both.
WITH elsewhere AS (
    SELECT unique_row_id
    FROM {{ table }}
    WHERE
        filename <> ALL({{ bound.filenames }})
        AND {{ pickup }} >= {{ bound.month_start }}
        AND {{ pickup }} < {{ bound.month_end }}
    UNION ALL
    SELECT other.unique_row_id
    FROM (
        SELECT DISTINCT date_trunc('day', {{ pickup }}) AS day
        FROM {{ table }}
        WHERE
            filename = ANY({{ bound.filenames }})
            AND ({{ pickup }} < {{ bound.month_start }} OR {{ pickup }} >= {{ bound.month_end }})
    ) AS strays
    CROSS JOIN LATERAL (
        SELECT unique_row_id
        FROM {{ table }}
        WHERE
            filename <> ALL({{ bound.filenames }})
            AND {{ pickup }} >= strays.day
            AND {{ pickup }} < strays.day + interval '1 day'
    ) AS other
)

SELECT count(*)
FROM {{ table }}
WHERE
    filename = ANY({{ bound.filenames }})
    AND unique_row_id IN (SELECT unique_row_id FROM elsewhere);
