-- name: create_pipeline_table
CREATE OR REPLACE TABLE {{ table }} (
    {{ definitions }}
)
OPTIONS (
    description = {{ description }},
    labels = [('managed-by', 'taxi-assets')]
);

-- name: stage_query
CREATE TABLE {{ table }}
OPTIONS (
    expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 1 DAY),
    description = 'Rows on their way into another table.',
    labels = [('managed-by', 'taxi-assets')]
)
AS {{ query }};
