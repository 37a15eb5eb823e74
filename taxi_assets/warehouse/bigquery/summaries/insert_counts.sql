-- In whole parts of the pickup, read once: what is shown is put together from these.
INSERT INTO $counts (filename, part, value, trips)
WITH trips AS (
    SELECT
        IF(
            $pickup >= @month_start AND $pickup < @month_end,
            FORMAT_TIMESTAMP('%Y-%m-%d', $pickup),
            'outside'
        ) AS day,
        CONCAT(
            CAST(MOD(EXTRACT(DAYOFWEEK FROM $pickup) + 5, 7) + 1 AS STRING),
            '-',
            FORMAT_TIMESTAMP('%H', $pickup)
        ) AS hour,
        COALESCE(PULocationID, '') AS zone
    FROM $table
    WHERE file_month = @month AND filename = @filename
),
parts AS (
    SELECT part, CASE part WHEN 'day' THEN day WHEN 'hour' THEN hour ELSE zone END AS value
    FROM trips CROSS JOIN UNNEST(['day', 'hour', 'zone']) AS part
)
SELECT @filename, part, value, COUNT(*)
FROM parts
GROUP BY part, value
