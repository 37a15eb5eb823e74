-- The trips of for-hire vehicles. The rule no_dispatching_base is the course's.
SELECT
    unique_row_id,
    {{ month_column() }}filename,
    dispatching_base_num,
    pickup_datetime,
    dropOff_datetime AS dropoff_datetime, -- noqa: AL09
    PUlocationID AS pickup_location_id,
    DOlocationID AS dropoff_location_id,
    SR_Flag AS shared_ride_flag,
    Affiliated_base_number AS affiliated_base_number -- noqa: AL09
FROM {{ merged('fhv_tripdata') }}
{% if 'no_dispatching_base' in var('rules') %}WHERE dispatching_base_num IS NOT NULL{% endif %}
