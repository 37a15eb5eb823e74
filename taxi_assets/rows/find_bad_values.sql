-- The first rows with a value that does not fit its column, and how many such rows there are.
SELECT
    number,
    bad[1]['name'],
    bad[1]['value'],
    count(*) OVER ()
FROM (
    SELECT
        row_number() OVER () AS number,
        list_filter([{{ tests }}], lambda test: test['bad']) AS bad -- noqa: CP01
    FROM {{ reader }}
)
WHERE len(bad) > 0
ORDER BY number
LIMIT {{ bound.most }}
