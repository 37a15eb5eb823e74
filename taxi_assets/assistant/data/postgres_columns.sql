-- Tables that this role may read; a month's partition is a part of its table.
SELECT relname, attname, format_type(atttypid, atttypmod)
FROM pg_class
JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = 'public'::regnamespace
    AND relkind IN ('r', 'p', 'v', 'm')
    AND NOT relispartition
    AND attnum > 0
    AND NOT attisdropped
    AND has_table_privilege(pg_class.oid, 'SELECT')
ORDER BY relname, attnum
