SELECT filename, figure, value
FROM public.tripdata_tallies
WHERE filename = ANY(%(filenames)s)
