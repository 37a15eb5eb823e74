SELECT filename, taxi, month, source_url, sha256, rows, jagged_rows, loaded_at, run_id
FROM public.tripdata_files
ORDER BY taxi, month
