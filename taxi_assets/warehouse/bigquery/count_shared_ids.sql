SELECT IFNULL(SUM(sharing), 0)
FROM (
    SELECT COUNT(*) AS sharing
    FROM $table
    WHERE $month = @month
    GROUP BY unique_row_id
    HAVING COUNT(*) > 1
)
