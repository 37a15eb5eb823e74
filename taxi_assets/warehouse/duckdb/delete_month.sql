-- A month has one source at a time: rows of the same month in another format go, too.
DELETE FROM $table
WHERE filename IN (SELECT unnest($$filenames))
