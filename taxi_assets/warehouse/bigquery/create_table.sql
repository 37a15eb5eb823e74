CREATE TABLE IF NOT EXISTS $table (
    $columns
)
PARTITION BY DATE_TRUNC($month, MONTH)
CLUSTER BY $clustering
OPTIONS (
    description = $description,
    labels = [('managed-by', 'taxi-assets'), ('taxi', $taxi)]
)
