-- In whole parts of the pickup, grouped once: what is shown is put together from these.
INSERT INTO public.tripdata_counts
WITH trips AS (
    SELECT
        CASE
            WHEN $pickup >= %(month_start)s AND $pickup < %(month_end)s
                THEN to_char($pickup, 'YYYY-MM-DD')
            ELSE 'outside'
        END AS day,
        to_char($pickup, 'ID-HH24') AS hour,
        coalesce(pulocationid, '') AS zone
    FROM $table
    WHERE filename = %(filename)s
)
SELECT
    %(filename)s,
    CASE WHEN grouping(day) = 0 THEN 'day' WHEN grouping(hour) = 0 THEN 'hour' ELSE 'zone' END,
    coalesce(day, hour, zone),
    count(*)
FROM trips
GROUP BY GROUPING SETS ((day), (hour), (zone))
