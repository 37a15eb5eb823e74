-- Rounded to cents: workers add up in another order each time.
INSERT INTO $summaries (
    filename, taxi, month, sha256, trips, passengers, miles, fares, tips, median_seconds
)
WITH trips AS (
    SELECT
        passenger_count,
        trip_distance,
        fare_amount,
        tip_amount,
        PERCENTILE_CONT((UNIX_MICROS($dropoff) - UNIX_MICROS($pickup)) / 1e6, 0.5) OVER ()
            AS median_seconds
    FROM $table
    WHERE file_month = @month AND filename = @filename
)
SELECT
    @filename,
    @taxi,
    @ledger_month,
    @sha256,
    COUNT(*),
    COALESCE(SUM(passenger_count), 0),
    ROUND(COALESCE(SUM(trip_distance), 0), 2),
    ROUND(COALESCE(SUM(fare_amount), 0), 2),
    ROUND(COALESCE(SUM(tip_amount), 0), 2),
    MAX(median_seconds)
FROM trips
