DELETE FROM tripdata_summaries
WHERE filename = $$filename
