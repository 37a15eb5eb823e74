CREATE OR REPLACE TABLE zones AS
SELECT
    $columns
FROM read_csv($$path, header = true, delim = ',', quote = '"', escape = '"', all_varchar = true)
