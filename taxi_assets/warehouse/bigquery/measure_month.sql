-- Only the month's partition is read.
SELECT
    COUNT(*) AS month_rows,
    COUNTIF(filename IS DISTINCT FROM @filename) AS foreign_rows,
    COUNTIF($pickup IS NULL) AS null_pickups,
    COUNTIF(
        unique_row_id IS NULL OR NOT REGEXP_CONTAINS(unique_row_id, r'^[0-9a-f]{32}$$')
    ) AS bad_row_ids,
    COUNTIF($pickup < @month_start OR $pickup >= @month_end) AS out_of_month_pickups
FROM $table
WHERE $month = @month
