-- What must be known of a month before it becomes visible. The codes stand dictionary-encoded
-- in the table, so that their distinct values cost next to nothing.
SELECT
    count(*) AS rows,
    count(*) - count($pickup) AS null_pickups,
    list_distinct(flatten([$code_lists])) AS codes
FROM $table
WHERE filename = $$filename
