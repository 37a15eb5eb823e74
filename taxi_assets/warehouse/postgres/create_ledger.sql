CREATE TABLE public.tripdata_files (
    filename text PRIMARY KEY,
    taxi text NOT NULL,
    month text NOT NULL,
    source_url text NOT NULL,
    sha256 text NOT NULL,
    rows bigint NOT NULL,
    jagged_rows bigint NOT NULL,
    loaded_at timestamp NOT NULL,
    run_id text NOT NULL
)
