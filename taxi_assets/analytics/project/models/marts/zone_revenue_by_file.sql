{{ config(follows='fct_trips', measure='sum(trips)') }}
-- Trips and revenue of each file by zone and month of pickup. A file has some pickups outside its own
-- month, so a zone's month may be in several files: fct_monthly_zone_revenue adds them up.
SELECT
    {{ month_column() }}filename,
    coalesce(pickup_zone, 'Unknown Zone') AS pickup_zone,
    {{ month_of('pickup_datetime') }} AS revenue_month,
    service_type,
    sum(fare_amount) AS fare_amount,
    sum(extra) AS extra,
    sum(mta_tax) AS mta_tax,
    sum(tip_amount) AS tip_amount,
    sum(tolls_amount) AS tolls_amount,
    sum(ehail_fee) AS ehail_fee,
    sum(improvement_surcharge) AS improvement_surcharge,
    sum(total_amount) AS total_amount,
    count(*) AS trips,
    CAST(sum(passenger_count) AS {{ type_of('BIGINT') }}) AS passengers,
    count(passenger_count) AS trips_with_passengers,
    sum(trip_distance) AS miles,
    count(trip_distance) AS trips_with_distance
FROM {{ ref('fct_trips') }}
WHERE {{ in_files() }}
GROUP BY {{ month_column() }}filename, pickup_zone, revenue_month, service_type
