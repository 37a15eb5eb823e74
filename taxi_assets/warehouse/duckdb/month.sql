-- name: delete_month
-- A month has one source at a time, so rows from another format of the month are deleted, too.
DELETE FROM {{ table }}
WHERE filename IN (SELECT unnest({{ bound.filenames }}));

-- name: insert_month
INSERT INTO {{ table }} BY NAME
{{ select }};

-- name: audit_month
-- The figures of the audit before a month becomes visible. The table stores codes
-- dictionary-encoded, so their distinct values cost almost nothing.
SELECT
    count(*) AS rows,
    count(*) FILTER (
        WHERE {{ pickup }} IS NULL
        OR NOT ({{ pickup }} BETWEEN {{ bound.first_time }} AND {{ bound.last_time }})
    ) AS bad_pickups,
    count(*) FILTER (
        WHERE NOT ({{ dropoff }} BETWEEN {{ bound.first_time }} AND {{ bound.last_time }})
    ) AS bad_dropoffs,
    count(*) FILTER (
        WHERE {{ pickup }} < {{ bound.month_start }} OR {{ pickup }} >= {{ bound.month_end }}
    ) AS other_pickups,
    count(*) FILTER (
        WHERE false{% for amount in amounts %} OR NOT isfinite({{ amount }}){% endfor %}
    ) AS odd_amounts,
    [{% for code in codes %}list(DISTINCT {{ code }}){% if not loop.last %}, {% endif %}{% endfor %}] AS codes
FROM {{ table }}
WHERE filename = {{ bound.filename }};

-- name: count_month
SELECT count(*)
FROM {{ table }}
WHERE filename IN (SELECT unnest({{ bound.filenames }}));

-- name: version_rows
SELECT
    filename,
    count(*) AS month_rows,
    -- Twice: a hash of several columns has the last one's bits only flipped into it.
    sum(hash(hash({{ columns | join(", ") }}))) AS hashed
FROM {{ table }}
WHERE filename IN (SELECT unnest({{ bound.filenames }}))
GROUP BY filename;

-- name: count_table
SELECT count(*)
FROM {{ table }};
