DELETE FROM tripdata_counts
WHERE filename = $$filename
