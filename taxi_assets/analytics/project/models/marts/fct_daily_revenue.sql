{{ config(follows='fct_trips', measure='sum(trips)') }}
-- Trips and revenue of each file by day and zone of pickup and by payment.
SELECT
    filename,
    service_type,
    CAST(pickup_datetime AS DATE) AS pickup_date,
    pickup_location_id,
    payment_type,
    payment_type_description,
    count(*) AS trips,
    CAST(sum(passenger_count) AS BIGINT) AS passengers,
    sum(trip_distance) AS miles,
    {{ cents('sum(fare_amount)') }} AS fare_amount,
    {{ cents('sum(tip_amount)') }} AS tip_amount,
    {{ cents('sum(tolls_amount)') }} AS tolls_amount,
    {{ cents('sum(total_amount)') }} AS total_amount
FROM {{ ref('fct_trips') }}
WHERE filename IN ({{ files() }})
GROUP BY
    filename,
    service_type,
    pickup_date,
    pickup_location_id,
    payment_type,
    payment_type_description
