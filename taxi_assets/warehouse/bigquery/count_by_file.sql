SELECT filename, COUNT(*)
FROM $table
GROUP BY filename
