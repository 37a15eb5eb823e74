-- The trips of yellow taxis, all of them, under the names that both kinds of taxi share.
SELECT
    unique_row_id,
    {{ month_column() }}filename,
    VendorID AS vendor_id,
    RatecodeID AS rate_code_id,
    PULocationID AS pickup_location_id,
    DOLocationID AS dropoff_location_id,
    tpep_pickup_datetime AS pickup_datetime,
    tpep_dropoff_datetime AS dropoff_datetime,
    store_and_fwd_flag,
    passenger_count,
    trip_distance,
    1 AS trip_type, -- yellow taxis are hailed in the street
    fare_amount,
    extra,
    mta_tax,
    tip_amount,
    tolls_amount,
    CAST(NULL AS {{ type_of('DOUBLE PRECISION') }}) AS ehail_fee,
    improvement_surcharge,
    congestion_surcharge,
    airport_fee,
    cbd_congestion_fee,
    total_amount,
    payment_type
FROM {{ merged('yellow_tripdata') }}
