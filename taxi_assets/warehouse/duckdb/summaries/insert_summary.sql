-- Rounded to cents: threads add up in another order each time.
INSERT INTO tripdata_summaries
SELECT
    $$filename,
    $$taxi,
    $$month,
    $$sha256,
    count(*),
    coalesce(sum(passenger_count), 0),
    round(coalesce(sum(trip_distance), 0), 2),
    round(coalesce(sum(fare_amount), 0), 2),
    round(coalesce(sum(tip_amount), 0), 2),
    quantile_cont(epoch($dropoff) - epoch($pickup), 0.5)
FROM $table
WHERE filename = $$filename
