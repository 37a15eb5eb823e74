CREATE TABLE IF NOT EXISTS $table (
    filename STRING NOT NULL OPTIONS (description = 'As in the column filename of the month.'),
    taxi STRING NOT NULL OPTIONS (description = 'Kind of taxi.'),
    month STRING NOT NULL OPTIONS (description = 'The month, such as 2020-04.'),
    source_url STRING NOT NULL OPTIONS (description = 'Where the file was published.'),
    sha256 STRING NOT NULL OPTIONS (description = 'Hash of the published bytes.'),
    `rows` INT64 NOT NULL OPTIONS (description = 'Rows of the file, counted when it landed.'),
    jagged_rows INT64 NOT NULL OPTIONS (description = 'Rows of it short of trailing columns.'),
    loaded_at TIMESTAMP NOT NULL OPTIONS (description = 'When the month was loaded.'),
    run_id STRING NOT NULL OPTIONS (description = 'The run of Dagster that loaded it.')
)
OPTIONS (
    description = 'Which file each month in the merged tables is from, written with its rows.',
    labels = [('managed-by', 'taxi-assets')]
)
