DELETE FROM {{ embeddings }} WHERE chunk_id NOT IN (SELECT id FROM chunks)
