-- Rows that were not loaded, as they stand in their file.
CREATE TABLE public.tripdata_rejects (
    filename text NOT NULL,
    line bigint NOT NULL,
    "column" text NOT NULL,
    value text,
    reason text NOT NULL,
    text text NOT NULL,
    rows_in_file bigint NOT NULL,
    PRIMARY KEY (filename, line)
)
