-- name: adopt_rows
INSERT INTO {{ aside }} (
    {{ columns }}
)
SELECT
    TO_HEX(MD5(CONCAT({{ key }}))),
    filename,
    SAFE.PARSE_DATE('%Y-%m', REGEXP_EXTRACT(filename, r'_(\d{4}-\d{2})\.(?:csv|parquet)$')),
    {{ values }}
FROM {{ table }};

-- name: count_both
SELECT (SELECT COUNT(*) FROM {{ table }}), (SELECT COUNT(*) FROM {{ aside }});

-- name: count_adopted
SELECT COUNT(*), COUNT(DISTINCT {{ month }}), COUNTIF({{ month }} IS NULL)
FROM {{ table }};
