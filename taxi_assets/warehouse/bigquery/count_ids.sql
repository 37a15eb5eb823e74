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
-- the month of one of them. So these partitions are searched: those of the months before and
-- after, and those of the months that this file's stray pickups lie in. How much is read does not
-- grow with the months that are there.
SELECT COUNT(*)
FROM {{ table }}
WHERE {{ month }} = {{ bound.month }} AND unique_row_id IN (
    SELECT unique_row_id
    FROM {{ table }}
    WHERE {{ month }} IN UNNEST({{ bound.other_months }}) AND (
        ({{ pickup }} >= {{ bound.month_start }} AND {{ pickup }} < {{ bound.month_end }}) OR {{ pickup }} IN UNNEST({{ bound.stray_pickups }})
    )
);

-- name: count_partitions
-- Of the service's own records: no row of the table is read.
SELECT
    partition_id,
    SUM(total_rows),
    FORMAT_TIMESTAMP('%F %H:%M:%E6S', MAX(last_modified_time), 'UTC')
FROM {{ partitions }}
WHERE table_name = {{ bound.table }} AND total_rows > 0
GROUP BY partition_id;
