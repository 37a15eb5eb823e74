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

-- name: read_external
-- The typed rows of an external table, each with the id of its trip's key. A value that does not
-- fit its column ends the statement.
INSERT INTO {{ incoming }} (
    {{ columns }}
)
SELECT
    TO_HEX(MD5(CONCAT({{ key }}))),
    {{ bound.filename }},
    {{ bound.month }},
    {{ names }}
FROM (
    SELECT
        {{ values }}
    FROM {{ table }}
);
