CREATE TABLE IF NOT EXISTS public.tripdata_counts (
    filename text NOT NULL,
    part text NOT NULL,
    value text NOT NULL,
    trips BIGINT NOT NULL
)
