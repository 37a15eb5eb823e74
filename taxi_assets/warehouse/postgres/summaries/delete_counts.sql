DELETE FROM public.tripdata_counts
WHERE filename = %(filename)s
