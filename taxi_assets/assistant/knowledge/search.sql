-- The chunks that fit a question best: by their words (BM25, k1 = 1.2, b = 0.75) and by their
-- meaning (exact cosine), the two lists put together by reciprocal rank fusion with its usual 60.
WITH words AS (
    SELECT id, unnest(regexp_extract_all(lower(heading || ' ' || text), '[\p{L}\p{N}]+')) AS word
    FROM chunks
    WHERE {{ bound.all_sources }} OR list_contains({{ bound.sources }}, source)
),
counts AS (SELECT id, word, count(*) AS times FROM words GROUP BY ALL),
lengths AS (SELECT id, count(*) AS length FROM words GROUP BY id),
corpus AS (SELECT count(*) AS chunks, avg(length) AS mean_length FROM lengths),
asked AS (SELECT DISTINCT unnest(regexp_extract_all(lower({{ bound.question }}), '[\p{L}\p{N}]+')) AS word),
holders AS (SELECT word, count(*) AS holders FROM counts SEMI JOIN asked USING (word) GROUP BY word),
scored AS (
    SELECT
        id,
        sum(
            ln(1 + (chunks - holders + 0.5) / (holders + 0.5))
            * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length / mean_length))
        ) AS bm25
    FROM counts JOIN holders USING (word) JOIN lengths USING (id) CROSS JOIN corpus
    GROUP BY id
),
by_words AS (
    SELECT id, row_number() OVER (ORDER BY bm25 DESC, id) AS rank FROM scored
    QUALIFY rank <= {{ bound.depth }}
),
likeness AS (
    SELECT chunk_id AS id, array_cosine_similarity(vector, {{ bound.vector }}::FLOAT[{{ dimension }}]) AS cosine
    FROM {{ embeddings }}
    WHERE model = {{ bound.model }}
),
by_meaning AS (
    SELECT id, cosine, row_number() OVER (ORDER BY cosine DESC, id) AS rank
    FROM likeness SEMI JOIN lengths USING (id)
    WHERE isfinite(cosine)
    QUALIFY rank <= {{ bound.depth }}
)
SELECT
    chunks.id,
    source,
    heading,
    text,
    coalesce(1 / (60 + by_words.rank), 0) + coalesce(1 / (60 + by_meaning.rank), 0) AS score
FROM chunks
LEFT JOIN by_words ON by_words.id = chunks.id
LEFT JOIN by_meaning ON by_meaning.id = chunks.id
WHERE by_words.rank IS NOT NULL OR by_meaning.rank IS NOT NULL
ORDER BY score DESC, chunks.id
LIMIT {{ bound.most }}
