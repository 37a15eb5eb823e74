SELECT filename, count(*)
FROM $table
WHERE filename IS NOT NULL
GROUP BY filename
