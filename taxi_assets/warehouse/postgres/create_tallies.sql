-- What a month's rows were when it was loaded: counts, and sums of every column.
CREATE TABLE public.tripdata_tallies (
    filename text NOT NULL,
    figure text NOT NULL,
    value numeric NOT NULL,
    PRIMARY KEY (filename, figure)
)
