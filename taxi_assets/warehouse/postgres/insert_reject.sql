INSERT INTO public.tripdata_rejects
VALUES (
    %(filename)s, %(line)s, %(column)s, %(value)s, %(reason)s, %(text)s, %(rows_in_file)s
)
