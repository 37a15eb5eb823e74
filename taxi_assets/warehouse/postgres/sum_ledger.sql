SELECT coalesce(sum(rows), 0)::bigint
FROM public.tripdata_files
WHERE taxi = %(taxi)s
