INSERT INTO $table (
    filename, taxi, month, source_url, sha256, `rows`, jagged_rows, loaded_at, run_id
)
VALUES (
    @filename, @taxi, @ledger_month, @source_url, @sha256, @rows, @jagged_rows, @loaded_at,
    @run_id
)
