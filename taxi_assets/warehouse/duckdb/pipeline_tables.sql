-- name: owner_comment
SELECT comment
FROM duckdb_tables()
WHERE
    database_name = current_database()
    AND schema_name = 'main'
    AND lower(table_name) = {{ bound.name }}
UNION ALL
SELECT 'a view'
FROM duckdb_views()
WHERE
    database_name = current_database()
    AND schema_name = 'main'
    AND NOT internal
    AND lower(view_name) = {{ bound.name }};

-- name: replace_table
CREATE OR REPLACE TABLE {{ table }} AS FROM {{ incoming }};

-- name: comment_table
COMMENT ON TABLE {{ table }} IS {{ comment }};

-- name: stage_query
CREATE OR REPLACE TEMP TABLE {{ incoming }} AS {{ query }};

-- name: describe_incoming
DESCRIBE {{ incoming }};

-- name: drop_incoming
DROP TABLE {{ incoming }};
