SELECT
    pg_get_userbyid(relowner),
    granted.privilege_type,
    CASE WHEN granted.grantee <> 0 THEN pg_get_userbyid(granted.grantee) END
FROM pg_class
LEFT JOIN LATERAL aclexplode(relacl) AS granted ON true
WHERE relnamespace = to_regnamespace(%(schema)s)
    AND relname = %(name)s
