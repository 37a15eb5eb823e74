INSERT OR REPLACE INTO {{ embeddings }} VALUES ({{ bound.chunk_id }}, {{ bound.model }}, {{ bound.dimension }}, {{ bound.vector }})
