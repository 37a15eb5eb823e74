-- name: create_pipeline_table
CREATE OR REPLACE TABLE {{ table }} (
    {{ definitions }}
)
OPTIONS (
    description = {{ description }},
    labels = [('managed-by', 'taxi-assets')]
);

-- name: delete_rows
DELETE FROM {{ table }}
WHERE TRUE;
