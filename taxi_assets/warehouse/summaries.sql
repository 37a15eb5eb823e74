-- name: sum_up
-- One row: how many trips, and sums of what the dataset has.
SELECT
    count(*) AS trips,
    {{ sums | join(",\n    ") }}
FROM {{ table }}
WHERE {{ month_rows }};

-- name: count_trips
-- One scan: trips by hour of pickup, by zone and by duration. What is shown is put together from
-- these. The part says which of the three a row is.
WITH trips AS (
    SELECT
        CASE
            WHEN {{ pickup }} >= {{ bound.month_start }} AND {{ pickup }} < {{ bound.month_end }}
                THEN {{ day }}
            ELSE '{{ outside }}'
        END AS day,
        {{ hour_of_week }} AS hour,
        {% if zone %}{{ zone }} AS zone,{% endif %}
        {{ seconds }} AS seconds
    FROM {{ table }}
    WHERE {{ month_rows }}
)
SELECT
    CASE
        WHEN grouping(day) = 0 THEN 'day'
        WHEN grouping(hour) = 0 THEN 'hour'
        {% if zone %}WHEN grouping(zone) = 0 THEN 'zone'{% endif %}
        ELSE 'seconds'
    END AS part,
    day,
    hour,
    {% if zone %}zone{% else %}NULL AS zone{% endif %},
    seconds,
    count(*) AS trips
FROM trips
GROUP BY GROUPING SETS ((day), (hour), {% if zone %}(zone), {% endif %}(seconds));
