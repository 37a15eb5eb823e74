-- name: create_table
CREATE TABLE {{ table }} (
    {{ definitions }}
) PARTITION BY LIST (filename);

-- name: create_pickup_index
-- The rows of a file are nearly in the order of pickups. So 64 kB of block ranges for a million
-- rows are enough to find a day. A B-tree would take 22 MB. Some pickups of a month are years away.
-- Several intervals per range keep them from widening the range (a day of a synthetic month takes
-- 1,408 blocks instead of 8,320).
CREATE INDEX {{ name }} ON {{ table }} USING brin ({{ pickup }} timestamp_minmax_multi_ops);

-- name: add_column
ALTER TABLE {{ table }} ADD COLUMN {{ column }};

-- name: rename_table
ALTER TABLE {{ table }} RENAME TO {{ name }};

-- name: drop_table
DROP TABLE {{ table }};
