-- The record tables as the edition of November 2026 made them in Postgres. In DuckDB, numeric is
-- HUGEINT; its other types are the same under these names.

CREATE TABLE tripdata_files (
    filename text NOT NULL,
    taxi text NOT NULL,
    month text NOT NULL,
    source_url text NOT NULL,
    sha256 text NOT NULL,
    rows bigint NOT NULL,
    jagged_rows bigint NOT NULL,
    loaded_at timestamp NOT NULL,
    run_id text NOT NULL,
    left_out text,
    digest text,
    engine_digest text,
    PRIMARY KEY (filename)
);

CREATE TABLE tripdata_tallies (
    filename text NOT NULL,
    figure text NOT NULL,
    value numeric NOT NULL,
    PRIMARY KEY (filename, figure)
);

CREATE TABLE tripdata_rejects (
    filename text NOT NULL,
    line bigint NOT NULL,
    "column" text NOT NULL,
    value text,
    reason text NOT NULL,
    text text NOT NULL,
    rows_in_file bigint NOT NULL,
    PRIMARY KEY (filename, line)
);

CREATE TABLE tripdata_summaries (
    filename text NOT NULL,
    taxi text NOT NULL,
    month text NOT NULL,
    sha256 text NOT NULL,
    trips bigint NOT NULL,
    passengers bigint,
    miles double precision,
    fares double precision,
    tips double precision,
    median_seconds double precision,
    PRIMARY KEY (filename)
);

CREATE TABLE tripdata_counts (
    filename text NOT NULL,
    part text NOT NULL,
    value text NOT NULL,
    trips bigint NOT NULL,
    PRIMARY KEY (filename, part, value)
);
