CREATE TABLE IF NOT EXISTS tripdata_summaries (
    filename VARCHAR PRIMARY KEY,
    taxi VARCHAR NOT NULL,
    month VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    trips BIGINT NOT NULL,
    passengers BIGINT NOT NULL,
    miles DOUBLE NOT NULL,
    fares DOUBLE NOT NULL,
    tips DOUBLE NOT NULL,
    median_seconds DOUBLE
)
