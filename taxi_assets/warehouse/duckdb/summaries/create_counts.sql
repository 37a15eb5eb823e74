CREATE TABLE IF NOT EXISTS tripdata_counts (
    filename VARCHAR NOT NULL,
    part VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    trips BIGINT NOT NULL
)
