SELECT filename, sha256
FROM public.tripdata_summaries
