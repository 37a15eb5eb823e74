SELECT filename, part, value, trips
FROM public.tripdata_counts
ORDER BY filename, part, value
