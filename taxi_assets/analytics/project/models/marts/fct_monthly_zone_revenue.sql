{{ config(materialized='kept_view') }}
-- Trips and revenue by zone, month of pickup and kind of taxi, with the columns of the course.
SELECT
    pickup_zone,
    revenue_month,
    service_type,
    {{ cents('sum(fare_amount)') }} AS revenue_monthly_fare,
    {{ cents('sum(extra)') }} AS revenue_monthly_extra,
    {{ cents('sum(mta_tax)') }} AS revenue_monthly_mta_tax,
    {{ cents('sum(tip_amount)') }} AS revenue_monthly_tip_amount,
    {{ cents('sum(tolls_amount)') }} AS revenue_monthly_tolls_amount,
    {{ cents('sum(ehail_fee)') }} AS revenue_monthly_ehail_fee,
    {{ cents('sum(improvement_surcharge)') }} AS revenue_monthly_improvement_surcharge,
    {{ cents('sum(total_amount)') }} AS revenue_monthly_total_amount,
    CAST(sum(trips) AS {{ type_of('BIGINT') }}) AS total_monthly_trips,
    CAST(sum(passengers) AS {{ type_of('DOUBLE PRECISION') }}) / nullif(sum(trips_with_passengers), 0)
        AS avg_monthly_passenger_count,
    sum(miles) / nullif(sum(trips_with_distance), 0) AS avg_monthly_trip_distance
FROM {{ ref('zone_revenue_by_file') }}
GROUP BY pickup_zone, revenue_month, service_type
