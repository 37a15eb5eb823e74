-- Equal for two tables that hold the same rows, in whatever order: count, ids, and all values.
SELECT
    count(*),
    CAST(bit_xor(hash(unique_row_id)) AS VARCHAR),
    CAST(bit_xor(hash({{ names }})) AS VARCHAR)
FROM {{ table }}
