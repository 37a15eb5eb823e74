-- name: create_incoming
-- The constraint implies the partition's bounds. It is checked while the rows are written, so
-- ATTACH PARTITION needs no scan.
CREATE TABLE {{ incoming }} (
    {{ definitions }},
    CONSTRAINT rows_of_one_file CHECK (filename IS NOT NULL AND filename = {{ filename }})
);

-- name: list_index_definitions
-- The indexes that a new partition needs. ATTACH PARTITION creates the unique ones.
SELECT substring(pg_get_indexdef(indexrelid) FROM ' (USING .*)$')
FROM pg_index
WHERE
    indrelid = to_regclass({{ bound.table }})
    AND indisvalid
    AND NOT indisunique
ORDER BY indexrelid;

-- name: create_incoming_index
CREATE INDEX {{ name }} ON {{ incoming }} {{ definition }};

-- name: sample_lightly
-- ANALYZE samples 9,000 rows of a table. This takes a third of the default's time (0.13 s instead
-- of 0.35 s) and still distinguishes the days of a month. Autovacuum uses the server's setting.
SELECT set_config('default_statistics_target', '30', true);

-- name: analyze_incoming
ANALYZE {{ incoming }};

-- name: analyze_table
ANALYZE (SKIP_LOCKED) {{ only }} {{ table }};

-- name: count_partition
SELECT
    count(*),
    count(*) FILTER (WHERE filename = {{ bound.filename }})
FROM {{ partition }};

-- name: lock_for_swap
-- Run for the merged table without its other partitions, and then for the month's old partition.
LOCK TABLE ONLY {{ table }} IN ACCESS EXCLUSIVE MODE;

-- name: rename_index
ALTER INDEX {{ index }} RENAME TO {{ name }};

-- name: attach_partition
-- A month has one partition for all formats.
ALTER TABLE {{ table }} ATTACH PARTITION {{ partition }} FOR VALUES IN ({{ filenames }});

-- name: list_lock_holders
SELECT DISTINCT
    format(
        'pid %s (%s, %s, %s since %s)',
        pg_locks.pid,
        coalesce(usename, 'no role'),
        coalesce(nullif(application_name, ''), 'no name'),
        coalesce(state, 'active'),
        date_trunc('second', xact_start)
    )
FROM pg_locks
JOIN pg_stat_activity ON pg_locks.pid = pg_stat_activity.pid
WHERE
    relation IN (SELECT to_regclass(unnest({{ bound.tables }}::text[])))
    AND granted
    AND pg_locks.pid <> pg_backend_pid();

-- name: count_table
SELECT count(*)
FROM {{ table }};
