-- name: limit_transaction
-- For this transaction only, so that a pool of connections in between does no harm. The server
-- would notice after two hours that a client's machine is gone, and keep its locks until then.
SELECT
    set_config('lock_timeout', {{ bound.lock_timeout }}, true),
    set_config('statement_timeout', {{ bound.statement_timeout }}, true),
    set_config('tcp_keepalives_idle', '60', true),
    set_config('tcp_keepalives_interval', '10', true),
    set_config('tcp_keepalives_count', '6', true);

-- name: limit_lock
SELECT set_config('lock_timeout', {{ bound.lock_timeout }}, true);

-- name: lock_name
-- Held until the transaction ends. Everything that makes or replaces a table of ours takes it.
SELECT pg_advisory_xact_lock(hashtextextended('taxi_assets: ' || {{ bound.name }}, 0));

-- name: lock_against_swaps
LOCK TABLE ONLY {{ table }} IN ACCESS SHARE MODE;

-- name: give_memory
-- Enough to tell the ids of a month of millions apart without temporary files.
SELECT set_config('work_mem', '128MB', true);

-- name: describe_columns
SELECT
    attname,
    format_type(atttypid, atttypmod),
    NOT attnotnull
FROM pg_attribute
JOIN pg_class ON pg_class.oid = attrelid
WHERE
    relnamespace = to_regnamespace({{ bound.schema }})
    AND relname = {{ bound.name }}
    AND attnum > 0
    AND NOT attisdropped
ORDER BY attnum;

-- name: describe_relation
SELECT
    found.relkind::text,
    pg_get_partkeydef(found.oid),
    parent.inhparent::regclass::text
FROM pg_class AS found
LEFT JOIN pg_inherits AS parent ON parent.inhrelid = found.oid
WHERE
    found.relnamespace = to_regnamespace({{ bound.schema }})
    AND found.relname = {{ bound.name }};
