SELECT COUNT(*), COUNTIF(filename = @filename)
FROM $table
WHERE $month = @month
