-- name: select_records
SELECT {{ columns | join(", ") }}
FROM {{ table }}
{% if condition %}WHERE {{ condition }}{% endif %};

-- name: delete_records
{% if guarded %}IF EXISTS (SELECT 1 FROM {{ table }} WHERE {{ condition }}) THEN
{% endif %}DELETE FROM {{ table }}
WHERE {{ condition }}{% if guarded %};
END IF{% endif %};

-- name: insert_records
INSERT INTO {{ table }} (
    {{ columns | join(", ") }}
)
VALUES
    {{ rows | join(",\n    ") }};

-- name: create_records
CREATE TABLE IF NOT EXISTS {{ table }} (
    {{ definitions | join(",\n    ") }},
    PRIMARY KEY ({{ key | join(", ") }})
);

-- name: alter_records
ALTER TABLE {{ table }} {{ change }};

-- name: count_rejects
SELECT
    filename,
    count(*) AS rejected,
    max(rows_in_file) AS in_file
FROM {{ table }}
GROUP BY filename;

-- name: measure_rows
SELECT
    {{ figures | join(",\n    ") }}
FROM {{ table }}
WHERE {{ month_rows }};

-- name: count_by_file
SELECT
    filename,
    count(*) AS month_rows
FROM {{ table }}
GROUP BY filename;

-- name: list_zones
SELECT {{ columns | join(", ") }}
FROM {{ table }};
