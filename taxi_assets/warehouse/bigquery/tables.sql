-- name: create_table
CREATE TABLE IF NOT EXISTS {{ table }} (
    {{ definitions }}
)
PARTITION BY DATE_TRUNC({{ month }}, MONTH)
CLUSTER BY {{ clustering }}
OPTIONS (
    description = {{ description }},
    -- Months stay, whatever the dataset's default is.
    partition_expiration_days = NULL,
    labels = [('managed-by', 'taxi-assets'), ('taxi', {{ taxi }})]
);

-- name: add_column
ALTER TABLE {{ table }} ADD COLUMN IF NOT EXISTS {{ column }};

-- name: rename_table
ALTER TABLE {{ table }} RENAME TO {{ name }};

-- name: try_create
CREATE TABLE {{ table }} (tried BOOL);

-- name: create_record_table
CREATE TABLE IF NOT EXISTS {{ table }} (
    {{ definitions }}
)
OPTIONS (
    description = {{ description }},
    labels = [('managed-by', 'taxi-assets')]
);
