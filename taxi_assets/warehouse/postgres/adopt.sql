-- name: lock_to_adopt
LOCK TABLE {{ table }} IN ACCESS EXCLUSIVE MODE;

-- name: list_rights
SELECT
    pg_get_userbyid(relowner),
    granted.privilege_type,
    CASE WHEN granted.grantee <> 0 THEN pg_get_userbyid(granted.grantee) END
FROM pg_class
LEFT JOIN LATERAL aclexplode(relacl) AS granted ON true
WHERE
    relnamespace = to_regnamespace({{ bound.schema }})
    AND relname = {{ bound.name }};

-- name: count_by_any_file
SELECT
    filename,
    count(*)
FROM {{ table }}
GROUP BY filename;

-- name: create_partition
CREATE TABLE {{ partition }} PARTITION OF {{ table }} FOR VALUES IN ({{ filenames }});

-- name: move_rows
INSERT INTO {{ table }} ({{ columns }})
SELECT {{ columns }}
FROM {{ old }};

-- name: set_owner
ALTER TABLE {{ table }} OWNER TO {{ owner }};

-- name: grant_right
GRANT {{ right }} ON {{ table }} TO {{ role }};
