CREATE TABLE $table (
    $columns
) PARTITION BY LIST (filename)
