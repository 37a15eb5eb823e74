SELECT comment FROM duckdb_tables()
WHERE database_name = current_database() AND schema_name = 'main' AND lower(table_name) = $$name
UNION ALL
SELECT 'a view' FROM duckdb_views()
WHERE
    database_name = current_database()
    AND schema_name = 'main'
    AND NOT internal
    AND lower(view_name) = $$name
