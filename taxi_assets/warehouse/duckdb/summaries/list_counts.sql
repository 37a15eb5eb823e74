SELECT filename, part, value, trips
FROM tripdata_counts
ORDER BY filename, part, value
