DELETE FROM public.tripdata_files
WHERE filename = ANY(%(filenames)s)
RETURNING rows
