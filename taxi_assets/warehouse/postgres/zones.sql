-- name: create_zones
CREATE TABLE IF NOT EXISTS {{ table }} ({{ definitions }});

-- name: select_zones
SELECT {{ columns }}
FROM {{ table }};

-- name: delete_zones
DELETE FROM {{ table }};

-- name: copy_zones
COPY {{ table }} ({{ columns }}) FROM STDIN;
