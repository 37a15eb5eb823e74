-- name: describe_rights
SELECT
    current_setting('server_version'),
    current_user,
    to_regnamespace({{ bound.schema }}) IS NOT NULL,
    coalesce(
        has_schema_privilege(to_regnamespace({{ bound.schema }}), 'USAGE')
        AND has_schema_privilege(to_regnamespace({{ bound.schema }}), 'CREATE'),
        has_database_privilege(current_database(), 'CREATE')
    ),
    pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean;

-- name: list_foreign_tables
SELECT
    relname,
    pg_get_userbyid(relowner)
FROM pg_class
WHERE
    relnamespace = to_regnamespace({{ bound.schema }})
    AND relname = ANY({{ bound.tables }})
    AND NOT pg_has_role(relowner, 'USAGE');
