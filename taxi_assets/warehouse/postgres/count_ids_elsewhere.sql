-- An id shared by two files belongs to trips with the same pickup, so that one of the two
-- pickups lies outside its file's month: only those need to be looked for, in the other files'
-- block ranges of this month, and of the days that this month's stray pickups lie in.
WITH elsewhere AS (
    SELECT unique_row_id
    FROM $table
    WHERE filename <> ALL(%(filenames)s)
        AND $pickup >= %(month_start)s
        AND $pickup < %(month_end)s
    UNION ALL
    SELECT other.unique_row_id
    FROM (
        SELECT DISTINCT date_trunc('day', $pickup) AS day
        FROM $table
        WHERE filename = ANY(%(filenames)s)
            AND ($pickup < %(month_start)s OR $pickup >= %(month_end)s)
    ) AS strays
    CROSS JOIN LATERAL (
        SELECT unique_row_id
        FROM $table
        WHERE filename <> ALL(%(filenames)s)
            AND $pickup >= strays.day
            AND $pickup < strays.day + interval '1 day'
    ) AS other
)
SELECT count(*)
FROM $table
WHERE filename = ANY(%(filenames)s)
    AND unique_row_id IN (SELECT unique_row_id FROM elsewhere)
