-- name: limit_transaction
-- The settings hold for this transaction only, so a connection pool passes none of them on. Without
-- keepalives, the server would keep the locks of a lost client for two hours.
SELECT
    set_config('lock_timeout', {{ bound.lock_timeout }}, true),
    set_config('statement_timeout', {{ bound.statement_timeout }}, true),
    set_config('tcp_keepalives_idle', '60', true),
    set_config('tcp_keepalives_interval', '10', true),
    set_config('tcp_keepalives_count', '6', true);

-- name: limit_lock
SELECT set_config('lock_timeout', {{ bound.lock_timeout }}, true);

-- name: lock_name
-- Held until the transaction ends. Everything that creates or replaces one of our tables takes it.
SELECT pg_advisory_xact_lock(hashtextextended('taxi_assets: ' || {{ bound.name }}, 0));

-- name: lock_against_swaps
LOCK TABLE ONLY {{ table }} IN ACCESS SHARE MODE;

-- name: prepare_measuring
-- Memory: enough to group the ids of a month with millions of rows without temporary files. The
-- others: digests are over times and amounts as texts, whatever the role's settings are.
SELECT
    set_config('work_mem', '128MB', true),
    set_config('datestyle', 'ISO, YMD', true),
    set_config('extra_float_digits', '1', true);

-- name: hash_of_known_row
SELECT hash_record_extended(ROW('taxi'::text, NULL::text, float8send(-2.5), 7), 0);

-- name: create_schema
CREATE SCHEMA IF NOT EXISTS {{ schema }};

-- name: has_schema
SELECT to_regnamespace({{ bound.schema }}) IS NOT NULL;

-- name: describe_columns
SELECT
    attname,
    -- With quote_all_identifiers the server writes "text".
    replace(format_type(atttypid, atttypmod), '"', ''),
    NOT attnotnull
FROM pg_attribute
JOIN pg_class ON pg_class.oid = attrelid
WHERE
    relnamespace = to_regnamespace({{ bound.schema }})
    AND relname = {{ bound.name }}
    AND attnum > 0
    AND NOT attisdropped
ORDER BY attnum;

-- name: comment_of
SELECT obj_description(oid, 'pg_class')
FROM pg_class
WHERE
    relnamespace = to_regnamespace({{ bound.schema }})
    AND relname = {{ bound.name }};

-- name: describe_relation
SELECT
    found.relkind::text,
    replace(pg_get_partkeydef(found.oid), '"', ''),
    nspname || '.' || parent.relname
FROM pg_class AS found
LEFT JOIN pg_inherits ON inhrelid = found.oid
LEFT JOIN pg_class AS parent ON parent.oid = inhparent
LEFT JOIN pg_namespace ON pg_namespace.oid = parent.relnamespace
WHERE
    found.relnamespace = to_regnamespace({{ bound.schema }})
    AND found.relname = {{ bound.name }};

-- name: version_rows
-- Whatever changes a row, in whole or in part, writes it anew in a transaction of its own number.
SELECT
    filename,
    md5(string_agg(written_by || ' ' || month_rows, ',' ORDER BY written_by)) AS version
FROM (
    SELECT
        filename,
        xmin::text AS written_by,
        count(*) AS month_rows
    FROM {{ table }}
    WHERE filename = ANY({{ bound.filenames }})
    GROUP BY filename, xmin
) AS written
GROUP BY filename;
