-- name: owner_comment
SELECT obj_description(to_regclass({{ bound.table }}), 'pg_class');

-- name: create_pipeline_table
CREATE TABLE IF NOT EXISTS {{ table }} ({{ definitions }});

-- name: comment_table
COMMENT ON TABLE {{ table }} IS {{ comment }};

-- name: delete_rows
DELETE FROM {{ table }};

-- name: copy_lines
COPY {{ table }} FROM STDIN;
