-- Rows that were not loaded, as they stand in their file.
CREATE TABLE IF NOT EXISTS tripdata_rejects (
    filename VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    "column" VARCHAR NOT NULL,
    value VARCHAR,
    reason VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    rows_in_file BIGINT NOT NULL
)
