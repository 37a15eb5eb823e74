SELECT filename, taxi, month, source_url, sha256, rows, jagged_rows, loaded_at, run_id
FROM tripdata_files
WHERE filename IN (SELECT unnest($$filenames))
ORDER BY loaded_at DESC
