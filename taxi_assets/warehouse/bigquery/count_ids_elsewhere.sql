-- An id shared by two files belongs to trips with the same pickup, so that one of the two pickups
-- lies outside its file's month. Rows are sorted by pickup within each partition: of the other
-- months BigQuery reads only the blocks around the pickups that are named here.
SELECT COUNT(*)
FROM $table
WHERE $month = @month AND unique_row_id IN (
    SELECT unique_row_id
    FROM $table
    WHERE ($month IS NULL OR $month <> @month) AND (
        ($pickup >= @month_start AND $pickup < @month_end) OR $pickup IN UNNEST(@stray_pickups)
    )
)
