SELECT count(*)
FROM $table
WHERE filename IN (SELECT unnest($$filenames))
