{{ config(
    follows='tripdata_files',
    taxis=['green', 'yellow'],
    optional_rules=['no_vendor', 'duplicate', 'unknown_zone']
) }}
-- One row for each trip of green and yellow taxis, with the names of its zones. Rows are as in the
-- merged tables: as many, unless a rule is on.
WITH trips AS (
    SELECT
        *,
        'Green' AS service_type
    FROM {{ ref('stg_green_tripdata') }}
    WHERE {{ in_files() }}
    UNION ALL
    SELECT
        *,
        'Yellow' AS service_type
    FROM {{ ref('stg_yellow_tripdata') }}
    WHERE {{ in_files() }}
)

SELECT
    trips.unique_row_id,
    {{ month_column() }}trips.filename,
    trips.service_type,
    trips.vendor_id,
    trips.rate_code_id,
    trips.pickup_location_id,
    pickup_zones.borough AS pickup_borough,
    pickup_zones.zone AS pickup_zone,
    trips.dropoff_location_id,
    dropoff_zones.borough AS dropoff_borough,
    dropoff_zones.zone AS dropoff_zone,
    trips.pickup_datetime,
    trips.dropoff_datetime,
    {{ minutes_between('trips.pickup_datetime', 'trips.dropoff_datetime') }} AS trip_duration_minutes,
    trips.store_and_fwd_flag,
    trips.passenger_count,
    trips.trip_distance,
    trips.trip_type,
    trips.fare_amount,
    trips.extra,
    trips.mta_tax,
    trips.tip_amount,
    trips.tolls_amount,
    trips.ehail_fee,
    trips.improvement_surcharge,
    trips.congestion_surcharge,
    trips.airport_fee,
    trips.cbd_congestion_fee,
    trips.total_amount,
    trips.payment_type,
    {{ payment_type_description('trips.payment_type') }} AS payment_type_description,
    {{ left_out_by() }} AS left_out_by
FROM trips
LEFT JOIN {{ ref('dim_zones') }} AS pickup_zones
    ON trips.pickup_location_id = pickup_zones.location_id
LEFT JOIN {{ ref('dim_zones') }} AS dropoff_zones
    ON trips.dropoff_location_id = dropoff_zones.location_id
