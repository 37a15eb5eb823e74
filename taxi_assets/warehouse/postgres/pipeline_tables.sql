-- name: owner_comment
SELECT obj_description(to_regclass({{ bound.table }}), 'pg_class');

-- name: create_pipeline_table
CREATE TABLE {{ table }} ({{ definitions }});

-- name: comment_table
COMMENT ON TABLE {{ table }} IS {{ comment }};

-- name: create_arriving
CREATE TEMPORARY TABLE {{ table }} ({{ definitions }}) ON COMMIT DROP;

-- name: stage_query
CREATE TEMPORARY TABLE {{ table }} ON COMMIT DROP AS {{ query }};

-- name: describe_incoming
SELECT
    attname,
    replace(format_type(atttypid, atttypmod), '"', '')
FROM pg_attribute
WHERE
    attrelid = to_regclass({{ bound.table }})
    AND attnum > 0
ORDER BY attnum;

-- name: copy_lines
COPY {{ table }} FROM STDIN;
