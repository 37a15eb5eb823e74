SELECT attname, format_type(atttypid, atttypmod)
FROM pg_attribute
JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = to_regnamespace(%(schema)s)
    AND relname = %(name)s
    AND attnum > 0
    AND NOT attisdropped
ORDER BY attnum
