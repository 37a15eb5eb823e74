DELETE FROM public.tripdata_summaries
WHERE filename = %(filename)s
