-- An id shared by two files belongs to trips with the same pickup, so that one of the two
-- pickups lies outside its file's month: only those need to be looked for.
WITH month AS (
    SELECT
        unique_row_id,
        filename,
        $pickup AS pickup
    FROM $table
    WHERE filename IN (SELECT unnest($$filenames))
),
elsewhere AS (
    SELECT unique_row_id
    FROM $table
    WHERE filename NOT IN (SELECT unnest($$filenames))
        AND $pickup >= $$month_start
        AND $pickup < $$month_end
    UNION ALL
    SELECT unique_row_id
    FROM $table
    WHERE filename NOT IN (SELECT unnest($$filenames))
        AND $pickup IN (
            SELECT pickup
            FROM month
            WHERE pickup < $$month_start OR pickup >= $$month_end
        )
)
SELECT
    count(*) AS rows,
    count(*) FILTER (WHERE filename IS DISTINCT FROM $$filename) AS foreign_rows,
    count(*) - count(pickup) AS null_pickups,
    count(*) FILTER (
        WHERE unique_row_id IS NULL OR NOT regexp_full_match(unique_row_id, '[0-9a-f]{32}')
    ) AS bad_row_ids,
    count(*) FILTER (
        WHERE pickup < $$month_start OR pickup >= $$month_end
    ) AS out_of_month_pickups,
    count(*) FILTER (
        WHERE unique_row_id IN (SELECT unique_row_id FROM elsewhere)
    ) AS ids_in_other_files
FROM month
