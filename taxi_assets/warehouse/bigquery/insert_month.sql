INSERT INTO $table (
    $columns
)
SELECT
    $columns
FROM $incoming
