DELETE FROM tripdata_tallies
WHERE filename IN (SELECT unnest($$filenames))
