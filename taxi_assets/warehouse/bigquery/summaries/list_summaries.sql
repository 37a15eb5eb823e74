SELECT filename, taxi, month, sha256, trips, passengers, miles, fares, tips, median_seconds
FROM $summaries
ORDER BY taxi, month
