INSERT INTO $aside (
    $columns
)
SELECT
    TO_HEX(MD5(CONCAT($key))),
    filename,
    SAFE.PARSE_DATE('%Y-%m', REGEXP_EXTRACT(filename, r'_(\d{4}-\d{2})\.(?:csv|parquet)$$')),
    $values
FROM $table
