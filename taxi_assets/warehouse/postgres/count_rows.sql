-- name: measure_month
SELECT
    count(*),
    count(*) FILTER (WHERE filename <> {{ bound.filename }}),
    count(*) - count({{ pickup }}),
    count(*) FILTER (WHERE unique_row_id IS NULL OR unique_row_id !~ '^[0-9a-f]{32}$'),
    count(*) FILTER (WHERE {{ pickup }} < {{ bound.month_start }} OR {{ pickup }} >= {{ bound.month_end }})
FROM {{ table }}
WHERE filename = ANY({{ bound.filenames }});

-- name: count_shared_ids
-- Hashes first: eight bytes a row to group by, where the ids themselves would take forty.
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
-- An id shared by two files belongs to trips with the same pickup, so that one of the two
-- pickups lies outside its file's month: only those need to be looked for, in the other files'
-- block ranges of this month, and of the days that this month's stray pickups lie in.
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
