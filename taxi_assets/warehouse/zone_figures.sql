-- name: charges_by_zone
-- Adds up a month's charges by zone of pickup, and counts those that are in no sum.
SELECT
    {{ zone }} AS zone,
    {{ charges }} AS charges,
    {{ odd }} AS odd
FROM {{ table }}
WHERE {{ month_rows }}
GROUP BY 1;
