SELECT
    current_setting('server_version'),
    current_user,
    coalesce(
        has_schema_privilege(to_regnamespace(%(schema)s), 'USAGE')
        AND has_schema_privilege(to_regnamespace(%(schema)s), 'CREATE'),
        false
    ),
    pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean
