-- name: create_external_csv
CREATE OR REPLACE EXTERNAL TABLE {{ table }} (
    {{ definitions }}
)
OPTIONS (
    format = 'CSV',
    uris = [{{ uri }}],
    compression = 'GZIP',
    skip_leading_rows = 1,
    allow_jagged_rows = TRUE,
    description = {{ description }}
);

-- name: create_external_parquet
CREATE OR REPLACE EXTERNAL TABLE {{ table }}
OPTIONS (
    format = 'PARQUET',
    uris = [{{ uri }}],
    description = {{ description }}
);
