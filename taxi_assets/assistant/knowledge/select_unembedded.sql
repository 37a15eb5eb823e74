SELECT id, source, heading, text
FROM chunks
WHERE id NOT IN (SELECT chunk_id FROM ${embeddings} WHERE model = $$model)
ORDER BY source, place
