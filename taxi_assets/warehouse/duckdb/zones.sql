-- name: replace_zones
CREATE OR REPLACE TABLE zones AS
SELECT
    {{ columns }}
FROM read_csv(
    {{ bound.path }},
    header = true,
    delim = ',',
    quote = '"',
    escape = '"',
    all_varchar = true,
    hive_partitioning = false
);

-- name: count_zones
SELECT count(*)
FROM zones;
