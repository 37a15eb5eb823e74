SELECT relname, pg_get_userbyid(relowner)
FROM pg_class
WHERE relnamespace = to_regnamespace(%(schema)s)
    AND relname = ANY(%(tables)s)
    AND NOT pg_has_role(relowner, 'USAGE')
