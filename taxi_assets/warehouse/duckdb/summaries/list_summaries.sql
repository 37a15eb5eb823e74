SELECT filename, taxi, month, sha256, trips, passengers, miles, fares, tips, median_seconds
FROM tripdata_summaries
ORDER BY taxi, month
