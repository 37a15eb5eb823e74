-- Rounded to cents: workers add up in another order each time.
INSERT INTO public.tripdata_summaries
SELECT
    %(filename)s,
    %(taxi)s,
    %(month)s,
    %(sha256)s,
    count(*),
    coalesce(sum(passenger_count), 0),
    round(coalesce(sum(trip_distance), 0)::numeric, 2),
    round(coalesce(sum(fare_amount), 0)::numeric, 2),
    round(coalesce(sum(tip_amount), 0)::numeric, 2),
    percentile_cont(0.5) WITHIN GROUP (
        ORDER BY extract(epoch FROM $dropoff - $pickup)::double precision
    )
FROM $table
WHERE filename = %(filename)s
