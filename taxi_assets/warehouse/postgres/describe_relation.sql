SELECT
    found.relkind::text,
    pg_get_partkeydef(found.oid),
    parent.inhparent::regclass::text
FROM pg_class AS found
LEFT JOIN pg_inherits AS parent ON parent.inhrelid = found.oid
WHERE found.relnamespace = to_regnamespace(%(schema)s)
    AND found.relname = %(name)s
