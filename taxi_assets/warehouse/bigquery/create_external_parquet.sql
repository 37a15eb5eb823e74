CREATE OR REPLACE EXTERNAL TABLE $table
OPTIONS (
    format = 'PARQUET',
    uris = [$uri],
    description = $description
)
