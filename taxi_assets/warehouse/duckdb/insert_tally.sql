INSERT INTO tripdata_tallies (filename, figure, value)
SELECT $$filename, unnest($$figures), CAST(unnest($$values) AS HUGEINT)
