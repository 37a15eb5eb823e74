-- What a month's rows were when it was loaded: counts, and sums of every column.
CREATE TABLE IF NOT EXISTS tripdata_tallies (
    filename VARCHAR NOT NULL,
    figure VARCHAR NOT NULL,
    value HUGEINT NOT NULL
)
