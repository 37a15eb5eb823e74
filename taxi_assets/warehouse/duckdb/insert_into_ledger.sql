INSERT INTO tripdata_files (
    filename, taxi, month, source_url, sha256, rows, jagged_rows, loaded_at, run_id
)
VALUES (
    $$filename, $$taxi, $$month, $$source_url, $$sha256, $$rows, $$jagged_rows, $$loaded_at,
    $$run_id
)
