DELETE FROM $table
WHERE filename IN UNNEST(@filenames)
