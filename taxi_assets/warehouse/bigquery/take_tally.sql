SELECT
    $figures
FROM $table
WHERE $month = @month AND filename IN UNNEST(@filenames)
