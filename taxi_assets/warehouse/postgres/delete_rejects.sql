DELETE FROM public.tripdata_rejects
WHERE filename = ANY(%(filenames)s)
