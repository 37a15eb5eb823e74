-- name: count_shared_ids
SELECT COALESCE(SUM(sharing), 0)
FROM (
    SELECT COUNT(*) AS sharing
    FROM {{ table }}
    WHERE {{ month }} = {{ bound.month }}
    GROUP BY unique_row_id
    HAVING COUNT(*) > 1
);

-- name: list_stray_pickups
SELECT DISTINCT {{ pickup }}
FROM {{ table }}
WHERE {{ month }} = {{ bound.month }} AND ({{ pickup }} < {{ bound.month_start }} OR {{ pickup }} >= {{ bound.month_end }});

-- name: count_ids_elsewhere
-- Trips with the same id have the same pickup. If they are in two files, the pickup lies outside
-- the month of one of the files. So it is enough to search the other files for pickups in this
-- month, and for this file's out-of-month pickups. Partitions are clustered by pickup, so BigQuery
-- reads only the blocks with these pickups.
SELECT COUNT(*)
FROM {{ table }}
WHERE {{ month }} = {{ bound.month }} AND unique_row_id IN (
    SELECT unique_row_id
    FROM {{ table }}
    WHERE ({{ month }} IS NULL OR {{ month }} <> {{ bound.month }}) AND (
        ({{ pickup }} >= {{ bound.month_start }} AND {{ pickup }} < {{ bound.month_end }}) OR {{ pickup }} IN UNNEST({{ bound.stray_pickups }})
    )
);
