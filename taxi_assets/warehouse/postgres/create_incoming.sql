-- The constraint is what the partition will promise: proved row by row while the rows come, so
-- that attaching it takes no scan.
CREATE TABLE $incoming (
    $columns,
    CONSTRAINT rows_of_one_file CHECK (filename IS NOT NULL AND filename = $filename)
)
