-- Roles of the taxi database. `taxi`, the superuser, is for set-up alone and has no way in from
-- other containers (hba.conf); `loader` owns the tables; `reader` reads all of them, and those to come.
SET log_min_error_statement = panic; -- statements with passwords stay out of the log
SET client_min_messages = warning;
\set taxi_password `cat /run/secrets/taxi_db_password`
\set loader_password `cat /run/secrets/loader_password`
\set reader_password `cat /run/secrets/reader_password`

SELECT 'CREATE ROLE loader' WHERE to_regrole('loader') IS NULL \gexec
SELECT 'CREATE ROLE reader' WHERE to_regrole('reader') IS NULL \gexec
ALTER ROLE taxi PASSWORD :'taxi_password';
ALTER ROLE loader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'loader_password';
ALTER ROLE reader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'reader_password';
ALTER ROLE reader SET default_transaction_read_only = on;
GRANT pg_read_all_data TO reader;

-- What the superuser made, when it was the only role, goes to the loader.
SELECT format('ALTER DATABASE %I OWNER TO loader', current_database())
WHERE (SELECT datdba FROM pg_database WHERE datname = current_database()) <> 'loader'::regrole \gexec
SELECT format('ALTER SCHEMA %I OWNER TO loader', nspname)
FROM pg_namespace
WHERE nspowner = 'taxi'::regrole AND nspname !~ '^pg_' AND nspname <> 'information_schema' \gexec
SELECT format(
    'ALTER %s %s OWNER TO loader',
    CASE relkind
        WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE'
    END,
    c.oid::regclass
)
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE relowner = 'taxi'::regrole
    AND relkind IN ('r', 'p', 'v', 'm', 'S')
    AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    -- Not what belongs to an extension, or to a table's column.
    AND NOT EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'a', 'i')
            AND (d.deptype = 'e' OR relkind = 'S')
    )
\gexec
SELECT format('ALTER ROUTINE %s OWNER TO loader', p.oid::regprocedure)
FROM pg_proc AS p
INNER JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE proowner = 'taxi'::regrole
    AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    )
\gexec
