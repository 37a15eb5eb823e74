-- name: measure_month
-- Only the month's partition is read.
SELECT
    COUNT(*) AS month_rows,
    COUNTIF(filename IS DISTINCT FROM {{ bound.filename }}) AS foreign_rows,
    COUNTIF({{ pickup }} IS NULL) AS null_pickups,
    COUNTIF(
        unique_row_id IS NULL OR NOT REGEXP_CONTAINS(unique_row_id, r'^[0-9a-f]{32}$')
    ) AS bad_row_ids,
    COUNTIF({{ pickup }} < {{ bound.month_start }} OR {{ pickup }} >= {{ bound.month_end }}) AS out_of_month_pickups
FROM {{ table }}
WHERE {{ month }} = {{ bound.month }};

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
-- An id shared by two files belongs to trips with the same pickup, so that one of the two pickups
-- lies outside its file's month. Rows are sorted by pickup within each partition: of the other
-- months BigQuery reads only the blocks around the pickups that are named here.
SELECT COUNT(*)
FROM {{ table }}
WHERE {{ month }} = {{ bound.month }} AND unique_row_id IN (
    SELECT unique_row_id
    FROM {{ table }}
    WHERE ({{ month }} IS NULL OR {{ month }} <> {{ bound.month }}) AND (
        ({{ pickup }} >= {{ bound.month_start }} AND {{ pickup }} < {{ bound.month_end }}) OR {{ pickup }} IN UNNEST({{ bound.stray_pickups }})
    )
);
