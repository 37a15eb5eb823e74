SELECT
    $figures
FROM $table
WHERE filename = ANY(%(filenames)s)
