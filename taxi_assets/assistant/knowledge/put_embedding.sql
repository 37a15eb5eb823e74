INSERT OR REPLACE INTO ${embeddings} VALUES ($$chunk_id, $$model, $$dimension, $$vector)
