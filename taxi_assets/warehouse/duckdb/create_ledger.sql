CREATE TABLE IF NOT EXISTS tripdata_files (
    filename VARCHAR PRIMARY KEY,
    taxi VARCHAR NOT NULL,
    month VARCHAR NOT NULL,
    source_url VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    rows BIGINT NOT NULL,
    jagged_rows BIGINT NOT NULL,
    loaded_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL
)
