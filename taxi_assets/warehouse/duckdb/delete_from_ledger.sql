DELETE FROM tripdata_files
WHERE filename IN (SELECT unnest($$filenames))
