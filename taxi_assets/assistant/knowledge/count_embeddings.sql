SELECT count(*) FROM ${embeddings} WHERE model = $$model
