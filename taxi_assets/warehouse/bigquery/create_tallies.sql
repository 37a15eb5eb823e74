CREATE TABLE IF NOT EXISTS $table (
    filename STRING NOT NULL OPTIONS (description = 'As in the column filename of the month.'),
    figure STRING NOT NULL OPTIONS (description = 'What was counted or summed.'),
    value NUMERIC NOT NULL OPTIONS (description = 'The count, or the sum of whole numbers.')
)
OPTIONS (
    description = 'What the rows of each month were when it was loaded, written with them.',
    labels = [('managed-by', 'taxi-assets')]
)
