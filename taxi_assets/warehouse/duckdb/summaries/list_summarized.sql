SELECT filename, sha256
FROM tripdata_summaries
