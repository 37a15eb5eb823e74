-- What a new month must have beside its rows. Unique ones are left to ATTACH PARTITION.
SELECT substring(pg_get_indexdef(indexrelid) FROM ' (USING .*)$$')
FROM pg_index
WHERE indrelid = to_regclass(%(table)s)
    AND indisvalid
    AND NOT indisunique
ORDER BY indexrelid
