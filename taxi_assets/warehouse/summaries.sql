-- name: sum_up
-- One row with the number of trips and the sums of the columns that the dataset has.
SELECT
    count(*) AS trips,
    {{ sums | join(",\n    ") }}
FROM {{ table }}
WHERE {{ month_rows }};

-- name: count_trips
-- Counts trips by day and hour of pickup, by zone and by duration, in one scan. The column part
-- says which of these a row is.
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
