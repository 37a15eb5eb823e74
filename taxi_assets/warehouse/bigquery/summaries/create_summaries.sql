CREATE TABLE IF NOT EXISTS $summaries (
    filename STRING NOT NULL,
    taxi STRING NOT NULL,
    month STRING NOT NULL,
    sha256 STRING NOT NULL,
    trips INT64 NOT NULL,
    passengers INT64 NOT NULL,
    miles FLOAT64 NOT NULL,
    fares FLOAT64 NOT NULL,
    tips FLOAT64 NOT NULL,
    median_seconds FLOAT64
)
OPTIONS (
    description = 'Figures of each month, taken when a report was made.',
    labels = [('managed-by', 'taxi-assets')]
)
