INSERT INTO public.tripdata_tallies (filename, figure, value)
SELECT %(filename)s, figure, value
FROM unnest(%(figures)s::text[], %(values)s::numeric[]) AS given (figure, value)
