-- name: create_table
CREATE TABLE IF NOT EXISTS {{ table }} (
    {{ definitions }}
);

-- name: add_column
ALTER TABLE {{ table }} ADD COLUMN {{ column }};

-- name: describe_table
SELECT
    column_name,
    data_type,
    is_nullable
FROM duckdb_columns() -- information_schema takes four times as long, at every load and tick
WHERE
    database_name = current_database()
    AND schema_name = 'main'
    AND lower(table_name) = {{ bound.name }}
ORDER BY column_index;

-- name: comment_of
SELECT comment
FROM duckdb_tables()
WHERE
    database_name = current_database()
    AND schema_name = 'main'
    AND lower(table_name) = {{ bound.name }};

-- name: create_external_view
CREATE OR REPLACE VIEW {{ view }} AS
{{ selects }};

-- name: describe_external_view
DESCRIBE {{ selects }};

-- name: show_external_view
SELECT sql
FROM duckdb_views()
WHERE
    schema_name = 'main'
    AND view_name = {{ bound.name }};

-- name: drop_external_view
DROP VIEW IF EXISTS {{ view }};

-- name: find_relation
SELECT
    'table' AS kind,
    sql
FROM duckdb_tables()
WHERE
    database_name = current_database()
    AND schema_name = 'main'
    AND lower(table_name) = {{ bound.name }}
UNION ALL
SELECT
    'view',
    sql
FROM duckdb_views()
WHERE
    database_name = current_database()
    AND schema_name = 'main'
    AND NOT internal
    AND lower(view_name) = {{ bound.name }};

-- name: append_rows
INSERT INTO {{ table }} ({{ names.values() | join(", ") }})
SELECT {% for name in names %}unnest({{ bound[name] }}){{ "" if loop.last else ", " }}{% endfor %};

-- name: count_threads
SELECT current_setting('threads');

-- name: limit_memory
SET memory_limit = {{ limit }} -- noqa: PRS
