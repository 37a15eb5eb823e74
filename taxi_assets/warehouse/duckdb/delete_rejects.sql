DELETE FROM tripdata_rejects
WHERE filename IN (SELECT unnest($$filenames))
