-- name: count_incoming
SELECT count(*) FROM {{ incoming }};

-- name: count_nulls
SELECT count(*)
FROM {{ incoming }}
WHERE {{ columns | join(" IS NULL OR ") }} IS NULL;

-- name: count_repeated
SELECT count(*)
FROM (
    SELECT count(*) AS times
    FROM {{ incoming }}
    GROUP BY {{ columns | join(", ") }}
    HAVING count(*) > 1
) AS repeated;

-- name: delete_rows
DELETE FROM {{ table }}
WHERE {{ condition }};

-- name: delete_keys
DELETE FROM {{ table }} AS present
WHERE EXISTS (
    SELECT 1
    FROM {{ incoming }} AS arriving
    WHERE {{ match }}
);

-- name: insert_rows
INSERT INTO {{ table }} (
    {{ columns | join(", ") }}
)
SELECT
    {{ columns | join(", ") }}
FROM {{ incoming }};
