{{ config(follows='fct_trips', rules=['not_an_airport']) }}
-- The trips from or to an airport: Newark (zone 1), JFK (132) and LaGuardia (138).
SELECT
    unique_row_id,
    {{ month_column() }}filename,
    service_type,
    {{ airport_of('pickup_location_id') }} AS pickup_airport,
    {{ airport_of('dropoff_location_id') }} AS dropoff_airport,
    pickup_location_id,
    dropoff_location_id,
    pickup_datetime,
    dropoff_datetime,
    trip_duration_minutes,
    passenger_count,
    trip_distance,
    fare_amount,
    tip_amount,
    tolls_amount,
    airport_fee,
    total_amount,
    payment_type,
    CASE
        WHEN
            coalesce(pickup_location_id, '') NOT IN ({{ texts(airports()) }})
            AND coalesce(dropoff_location_id, '') NOT IN ({{ texts(airports()) }})
            THEN 'not_an_airport'
    END AS left_out_by
FROM {{ ref('fct_trips') }}
WHERE {{ in_files() }}
