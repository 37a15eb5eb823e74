-- name: hash_ids
SELECT hash(unique_row_id)
FROM {{ table }}
WHERE filename IN (SELECT unnest({{ bound.filenames }}));

-- name: count_shared_ids
-- Of the rows whose hash others have, too, those whose id others have.
SELECT CAST(coalesce(sum(sharing), 0) AS BIGINT)
FROM (
    SELECT count(*) AS sharing
    FROM {{ table }}
    WHERE
        filename IN (SELECT unnest({{ bound.filenames }}))
        AND hash(unique_row_id) IN (SELECT suspect FROM {{ suspects }})
    GROUP BY unique_row_id
    HAVING count(*) > 1
);

-- name: ids_elsewhere
-- Trips with the same id have the same pickup. If they are in two files, the pickup lies outside
-- the month of one of the files. So it is enough to search the other files for pickups in this
-- month, and for this file's out-of-month pickups.
SELECT unique_row_id
FROM {{ table }}
WHERE
    filename NOT IN (SELECT unnest({{ bound.filenames }}))
    AND {{ pickup }} >= {{ bound.month_start }}
    AND {{ pickup }} < {{ bound.month_end }}
UNION ALL
SELECT unique_row_id
FROM {{ table }}
WHERE
    filename NOT IN (SELECT unnest({{ bound.filenames }}))
    AND {{ pickup }} IN (
        SELECT {{ pickup }}
        FROM {{ table }}
        WHERE
            filename IN (SELECT unnest({{ bound.filenames }}))
            AND ({{ pickup }} < {{ bound.month_start }} OR {{ pickup }} >= {{ bound.month_end }})
    );

-- name: count_ids_elsewhere
SELECT count(*)
FROM {{ table }}
WHERE
    filename IN (SELECT unnest({{ bound.filenames }}))
    AND unique_row_id IN (SELECT suspect FROM {{ suspects }});
