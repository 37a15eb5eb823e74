SELECT count(*) FROM {{ embeddings }} WHERE model = {{ bound.model }}
