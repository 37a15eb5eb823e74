-- name: create_table
CREATE TABLE {{ table }} (
    {{ definitions }}
) PARTITION BY LIST (filename);

-- name: create_pickup_index
-- Files are nearly in the order of pickups, so that 64 kB of block ranges a million rows find a
-- day where a B-tree would take 22 MB. Months hold some pickups years away: several intervals per
-- range keep those from widening it (a day of a synthetic month: 1,408 blocks, not 8,320).
CREATE INDEX {{ name }} ON {{ table }} USING brin ({{ pickup }} timestamp_minmax_multi_ops);

-- name: add_column
ALTER TABLE {{ table }} ADD COLUMN {{ column }};

-- name: rename_table
ALTER TABLE {{ table }} RENAME TO {{ name }};

-- name: drop_table
DROP TABLE {{ table }};
