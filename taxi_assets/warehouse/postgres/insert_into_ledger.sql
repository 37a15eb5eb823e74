INSERT INTO public.tripdata_files (
    filename, taxi, month, source_url, sha256, rows, jagged_rows, loaded_at, run_id
)
VALUES (
    %(filename)s, %(taxi)s, %(month)s, %(source_url)s, %(sha256)s, %(rows)s, %(jagged_rows)s,
    %(loaded_at)s, %(run_id)s
)
