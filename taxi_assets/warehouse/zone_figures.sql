-- name: count_by_zone
-- Counts trips by their zone of pickup and by their zone of dropoff, in one scan. Of the two
-- columns of zones, one is NULL in each row. Zones of trips that have none are ''.
WITH trips AS (
    SELECT
        {{ pickup_zone }} AS pickup,
        {{ dropoff_zone }} AS dropoff,
        {{ charge }} AS charge
    FROM {{ table }}
    WHERE {{ month_rows }}
)
SELECT
    pickup,
    dropoff,
    count(*) AS trips,
    {{ revenue }} AS revenue,
    {{ odd_charges }} AS odd_charges
FROM trips
GROUP BY GROUPING SETS ((pickup), (dropoff));
