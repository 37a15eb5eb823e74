-- What must be known of a month before it becomes visible. The codes stand dictionary-encoded
-- in the table, so that their distinct values cost next to nothing.
SELECT
    count(*) AS rows,
    count(*) FILTER (
        WHERE $pickup IS NULL OR NOT ($pickup BETWEEN $$first_time AND $$last_time)
    ) AS bad_pickups,
    count(*) FILTER (WHERE NOT ($dropoff BETWEEN $$first_time AND $$last_time)) AS bad_dropoffs,
    count(*) FILTER (WHERE $infinite) AS infinite_amounts,
    [$code_lists] AS codes
FROM $table
WHERE filename = $$filename
