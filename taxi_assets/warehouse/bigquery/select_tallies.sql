SELECT filename, figure, value
FROM $table
WHERE filename IN UNNEST(@filenames)
