SELECT filename, count(*), max(rows_in_file)
FROM public.tripdata_rejects
GROUP BY filename
