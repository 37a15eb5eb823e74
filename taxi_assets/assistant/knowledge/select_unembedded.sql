SELECT id, source, heading, text
FROM chunks
WHERE id NOT IN (SELECT chunk_id FROM {{ embeddings }} WHERE model = {{ bound.model }})
ORDER BY source, place
