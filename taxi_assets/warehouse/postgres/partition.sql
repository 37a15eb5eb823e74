-- name: create_incoming
-- The constraint is what the partition will promise: proved row by row while the rows come, so
-- that attaching it takes no scan.
CREATE TABLE {{ incoming }} (
    {{ definitions }},
    CONSTRAINT rows_of_one_file CHECK (filename IS NOT NULL AND filename = {{ filename }})
);

-- name: list_index_definitions
-- What a new month must have beside its rows. Unique ones are left to ATTACH PARTITION.
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
-- For ANALYZE: 9,000 sampled rows a table, which take a third of the default's time (0.13 s of
-- 0.35 s), and tell the days of a month apart. Autovacuum samples by the server's setting.
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
-- The merged table alone, without its other months; then the month's old partition.
LOCK TABLE ONLY {{ table }} IN ACCESS EXCLUSIVE MODE;

-- name: rename_index
ALTER INDEX {{ index }} RENAME TO {{ name }};

-- name: attach_partition
-- A month has one partition, whichever format it comes in.
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
