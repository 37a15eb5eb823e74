SELECT filename, part, value, trips
FROM $counts
ORDER BY filename, part, value
