-- name: lock_to_adopt
LOCK TABLE {{ table }} IN ACCESS EXCLUSIVE MODE;

-- name: list_rights
SELECT
    pg_get_userbyid(relowner),
    granted.privilege_type,
    CASE WHEN granted.grantee <> 0 THEN pg_get_userbyid(granted.grantee) END
FROM pg_class
LEFT JOIN LATERAL aclexplode(relacl) AS granted ON true
WHERE
    relnamespace = to_regnamespace({{ bound.schema }})
    AND relname = {{ bound.name }};

-- name: list_put_on
-- What users put on the table: in words, how it is dropped, and how it is made anew. What has no
-- last one stays only if its maker makes it anew. Indexes come before foreign keys.
WITH it AS (SELECT {{ bound.table }}::regclass AS oid)

SELECT
    format('the generated column %I', attname) AS what,
    format(
        'ALTER TABLE %s ALTER COLUMN %I DROP %s',
        it.oid,
        attname,
        CASE WHEN attidentity = '' THEN 'EXPRESSION' ELSE 'IDENTITY' END
    ) AS undone,
    NULL AS made,
    0 AS place
FROM pg_attribute INNER JOIN it ON attrelid = it.oid
WHERE attnum > 0 AND (attgenerated <> '' OR attidentity <> '')
UNION ALL
SELECT
    format('the rights on column %I', attname),
    format('REVOKE ALL (%I) ON %s FROM those who have them', attname, it.oid),
    NULL,
    0
FROM pg_attribute INNER JOIN it ON attrelid = it.oid
WHERE attnum > 0 AND attacl IS NOT NULL
UNION ALL
SELECT
    format('the trigger %I', tgname),
    format('DROP TRIGGER %I ON %s', tgname, it.oid),
    NULL,
    0
FROM pg_trigger INNER JOIN it ON tgrelid = it.oid
WHERE NOT tgisinternal
UNION ALL
SELECT
    format('the rule %I', rulename),
    format('DROP RULE %I ON %s', rulename, it.oid),
    NULL,
    0
FROM pg_rewrite INNER JOIN it ON ev_class = it.oid
UNION ALL
SELECT
    format('the policy %I', polname),
    format('DROP POLICY %I ON %s', polname, it.oid),
    NULL,
    0
FROM pg_policy INNER JOIN it ON polrelid = it.oid
UNION ALL
SELECT
    'its row-level security',
    format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', it.oid),
    NULL,
    0
FROM pg_class INNER JOIN it ON pg_class.oid = it.oid
WHERE relrowsecurity
UNION ALL
SELECT
    format('the publication %I', pubname),
    format('ALTER PUBLICATION %I DROP TABLE %s', pubname, it.oid),
    NULL,
    0
FROM pg_publication_rel
INNER JOIN it ON prrelid = it.oid
INNER JOIN pg_publication ON pg_publication.oid = prpubid
UNION ALL
SELECT
    format('the default of column %I', attname),
    format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', it.oid, attname),
    format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', it.oid, attname, pg_get_expr(adbin, adrelid)),
    1
FROM pg_attribute
INNER JOIN it ON attrelid = it.oid
INNER JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attgenerated = ''
UNION ALL
SELECT
    format('the statistics %I', stxname),
    format('DROP STATISTICS %s.%I', stxnamespace::regnamespace, stxname),
    pg_get_statisticsobjdef(pg_statistic_ext.oid),
    2
FROM pg_statistic_ext INNER JOIN it ON stxrelid = it.oid
UNION ALL
SELECT
    format('the NOT NULL of column %I', attname),
    format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', it.oid, attname),
    format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', it.oid, attname),
    1
FROM pg_attribute INNER JOIN it ON attrelid = it.oid
WHERE attnum > 0 AND attnotnull
UNION ALL
SELECT
    format('the constraint %I', conname),
    format('ALTER TABLE %s DROP CONSTRAINT %I', it.oid, conname),
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', it.oid, conname, pg_get_constraintdef(pg_constraint.oid)),
    CASE contype WHEN 'f' THEN 3 ELSE 2 END
FROM pg_constraint INNER JOIN it ON conrelid = it.oid
WHERE contype IN ('c', 'p', 'u', 'x', 'f')
UNION ALL
SELECT
    format('the index %s', indexrelid::regclass),
    format('DROP INDEX %s', indexrelid::regclass),
    pg_get_indexdef(indexrelid),
    2
FROM pg_index INNER JOIN it ON indrelid = it.oid
LEFT JOIN pg_constraint ON conindid = indexrelid AND conrelid = indrelid
WHERE pg_constraint.oid IS NULL
UNION ALL
SELECT
    'its comments',
    '',
    format(
        'COMMENT ON %s IS %L',
        CASE
            WHEN objsubid = 0 THEN format('TABLE %s', it.oid)
            ELSE format('COLUMN %s.%I', it.oid, attname)
        END,
        description
    ),
    1
FROM pg_description
INNER JOIN it ON objoid = it.oid AND classoid = 'pg_class'::regclass
LEFT JOIN pg_attribute ON attrelid = objoid AND attnum = objsubid
ORDER BY place, what;

-- name: count_by_any_file
SELECT
    filename,
    count(*)
FROM {{ table }}
GROUP BY filename;

-- name: create_partition
CREATE TABLE {{ partition }} PARTITION OF {{ table }} FOR VALUES IN ({{ filenames }});

-- name: move_rows
INSERT INTO {{ table }} ({{ columns }})
SELECT {{ columns }}
FROM {{ old }};

-- name: set_owner
ALTER TABLE {{ table }} OWNER TO {{ owner }};

-- name: grant_right
GRANT {{ right }} ON {{ table }} TO {{ role }};
