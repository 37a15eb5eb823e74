-- name: duckdb_columns
-- Tables, and the dbt models, some of which are views. The first column is the schema of models.
SELECT
    CASE WHEN found.table_schema <> 'main' THEN found.table_schema END,
    found.table_name,
    found.column_name,
    found.data_type
FROM information_schema.columns AS found
INNER JOIN information_schema.tables AS holder
    ON found.table_schema = holder.table_schema AND found.table_name = holder.table_name
WHERE
    (holder.table_type = 'BASE TABLE' AND holder.table_schema = 'main')
    OR holder.table_schema = 'analytics'
ORDER BY found.table_schema <> 'main', found.table_name, found.ordinal_position;

-- name: postgres_columns
-- Tables that this role may read; a month's partition is a part of its table.
SELECT
    CASE WHEN nspname <> current_schema() THEN nspname END,
    relname,
    attname,
    replace(format_type(atttypid, atttypmod), '"', '')
FROM pg_class
INNER JOIN pg_namespace ON relnamespace = pg_namespace.oid
INNER JOIN pg_attribute ON attrelid = pg_class.oid
WHERE
    nspname = ANY(current_schemas(false))
    AND relkind IN ('r', 'p', 'v', 'm')
    AND NOT relispartition
    AND attnum > 0
    AND NOT attisdropped
    AND has_schema_privilege(relnamespace, 'USAGE')
    AND has_table_privilege(pg_class.oid, 'SELECT')
ORDER BY nspname <> current_schema(), relname, attnum;

-- name: loaded_months
SELECT
    taxi,
    month,
    rows
FROM {{ table }}
ORDER BY taxi, month;
