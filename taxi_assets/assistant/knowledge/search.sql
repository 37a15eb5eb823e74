-- All chunks with their likeness to a question by meaning (exact cosine), in their order.
SELECT
    source,
    heading,
    text,
    array_cosine_similarity(vector, $$vector::FLOAT[${dimension}]) AS cosine
FROM chunks
LEFT JOIN ${embeddings} AS embedded ON embedded.chunk_id = chunks.id AND model = $$model
WHERE $$all_sources OR list_contains($$sources, source)
ORDER BY source, place, id
