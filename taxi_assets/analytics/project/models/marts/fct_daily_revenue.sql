{{ config(follows='fct_trips', measure='sum(trips)') }}
-- Trips and revenue of each file by day and zone of pickup and by payment.
SELECT
    {{ month_column() }}filename,
    service_type,
    {{ day_of('pickup_datetime') }} AS pickup_date,
    pickup_location_id,
    payment_type,
    payment_type_description,
    count(*) AS trips,
    CAST(sum(passenger_count) AS {{ type_of('BIGINT') }}) AS passengers,
    sum(trip_distance) AS miles,
    {{ cents('sum(fare_amount)') }} AS fare_amount,
    {{ cents('sum(tip_amount)') }} AS tip_amount,
    {{ cents('sum(tolls_amount)') }} AS tolls_amount,
    {{ cents('sum(total_amount)') }} AS total_amount
FROM {{ ref('fct_trips') }}
WHERE {{ in_files() }}
GROUP BY
    {{ month_column() }}filename,
    service_type,
    pickup_date,
    pickup_location_id,
    payment_type,
    payment_type_description
