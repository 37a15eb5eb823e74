-- In whole parts of the pickup, grouped once: what is shown is put together from these.
INSERT INTO tripdata_counts
WITH trips AS (
    SELECT
        CASE
            WHEN $pickup >= $$month_start AND $pickup < $$month_end THEN strftime($pickup, '%Y-%m-%d')
            ELSE 'outside'
        END AS day,
        isodow($pickup) || '-' || lpad(CAST(hour($pickup) AS VARCHAR), 2, '0') AS hour,
        coalesce(PULocationID, '') AS zone
    FROM $table
    WHERE filename = $$filename
)
SELECT
    $$filename,
    CASE WHEN grouping(day) = 0 THEN 'day' WHEN grouping(hour) = 0 THEN 'hour' ELSE 'zone' END,
    coalesce(day, hour, zone),
    count(*)
FROM trips
GROUP BY GROUPING SETS ((day), (hour), (zone))
