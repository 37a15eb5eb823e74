CREATE TABLE IF NOT EXISTS public.tripdata_summaries (
    filename text PRIMARY KEY,
    taxi text NOT NULL,
    month text NOT NULL,
    sha256 text NOT NULL,
    trips BIGINT NOT NULL,
    passengers BIGINT NOT NULL,
    miles DOUBLE PRECISION NOT NULL,
    fares DOUBLE PRECISION NOT NULL,
    tips DOUBLE PRECISION NOT NULL,
    median_seconds DOUBLE PRECISION
)
