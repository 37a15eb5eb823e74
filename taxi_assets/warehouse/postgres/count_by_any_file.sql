SELECT filename, count(*)
FROM $table
GROUP BY filename
