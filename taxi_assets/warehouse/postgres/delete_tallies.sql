DELETE FROM public.tripdata_tallies
WHERE filename = ANY(%(filenames)s)
