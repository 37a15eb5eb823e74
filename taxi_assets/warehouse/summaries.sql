-- name: sum_up
-- One row with the number of trips and the sums of the columns that the dataset has.
SELECT
    count(*) AS trips,
    {{ sums | join(",\n    ") }}
FROM {{ table }}
WHERE {{ month_rows }};

-- name: count_trips
-- Counts trips by each part, such as their day, zone or fare, in one scan. The column part says
-- which of these a row is.
WITH trips AS (
    SELECT
        {% for part, expression in parts.items() %}
        {{ expression }} AS {{ part }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM {{ table }}
    WHERE {{ month_rows }}
)
SELECT
    CASE
        {% for part in parts %}WHEN grouping({{ part }}) = 0 THEN '{{ part }}'
        {% endfor %}
    END AS part,
    {{ parts | join(",\n    ") }},
    count(*) AS trips
FROM trips
GROUP BY GROUPING SETS (({{ parts | join("), (") }}));

-- name: add_counts
-- Trips of some files together, by part and value.
SELECT
    part,
    value,
    sum(trips) AS trips
FROM {{ table }}
WHERE {{ condition }}
GROUP BY part, value
ORDER BY part, value;

-- name: count_outside
-- For each file, the trips whose pickup lies outside its month.
SELECT
    filename,
    trips
FROM {{ table }}
WHERE part = 'day' AND value = '{{ outside }}';
