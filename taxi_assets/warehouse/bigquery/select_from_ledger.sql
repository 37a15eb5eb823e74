SELECT filename, taxi, month, source_url, sha256, `rows`, jagged_rows, loaded_at, run_id
FROM $table
WHERE taxi = @taxi
ORDER BY loaded_at DESC
