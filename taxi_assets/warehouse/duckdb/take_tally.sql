SELECT
    $figures
FROM $table
WHERE filename IN (SELECT unnest($$filenames))
