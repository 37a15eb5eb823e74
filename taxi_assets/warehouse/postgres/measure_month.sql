SELECT
    count(*),
    count(*) FILTER (WHERE filename <> %(filename)s),
    count(*) - count($pickup),
    count(*) FILTER (WHERE unique_row_id IS NULL OR unique_row_id !~ '^[0-9a-f]{32}$$'),
    count(*) FILTER (WHERE $pickup < %(month_start)s OR $pickup >= %(month_end)s)
FROM $table
WHERE filename = ANY(%(filenames)s)
