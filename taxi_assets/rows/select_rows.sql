-- The typed rows of raw files, each with the id of its trip's key.
-- concat() in the id reads NULL as '', as the definition of unique_row_id asks.
SELECT
    unique_row_id,
    filename,
    {{ columns }}
FROM (
    SELECT
        *,
        {{ row_id }} AS unique_row_id
    FROM (
        SELECT
            *,
            {{ written }}
        FROM (
            SELECT
                {{ filename }} AS filename,
                {{ typed_columns }}
            FROM {{ reader }}
        )
    )
)
