SELECT filename, count(*), max(rows_in_file)
FROM tripdata_rejects
GROUP BY filename
