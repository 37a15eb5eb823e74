-- What the superuser made, when it was the only role, goes to its owner of now. Read by the files
-- beside this one, which say who they are: :owner and :superuser.
SELECT format('ALTER DATABASE %I OWNER TO %I', current_database(), :'owner')
WHERE (SELECT datdba FROM pg_database WHERE datname = current_database()) <> :'owner'::regrole \gexec
SELECT format('ALTER SCHEMA %I OWNER TO %I', nspname, :'owner')
FROM pg_namespace
WHERE nspowner = :'superuser'::regrole AND nspname !~ '^pg_' AND nspname <> 'information_schema' \gexec
SELECT format(
    'ALTER %s %s OWNER TO %I',
    CASE relkind
        WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE'
    END,
    c.oid::regclass,
    :'owner'
)
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE relowner = :'superuser'::regrole
    AND relkind IN ('r', 'p', 'v', 'm', 'S')
    AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    -- Not what belongs to an extension, or to a table's column.
    AND NOT EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'a', 'i')
            AND (d.deptype = 'e' OR relkind = 'S')
    )
\gexec
SELECT format('ALTER ROUTINE %s OWNER TO %I', p.oid::regprocedure, :'owner')
FROM pg_proc AS p
INNER JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE proowner = :'superuser'::regrole
    AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    )
\gexec
