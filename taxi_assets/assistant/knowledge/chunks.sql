-- name: create_chunks
CREATE TABLE IF NOT EXISTS chunks (
    id VARCHAR PRIMARY KEY,
    source VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    heading VARCHAR NOT NULL,
    text VARCHAR NOT NULL
);

-- name: put_chunk
INSERT INTO chunks
VALUES (
    {{ bound.id }}, {{ bound.source }}, {{ bound.place }}, {{ bound.heading }}, {{ bound.text }}
)
ON CONFLICT (id) DO UPDATE SET place = excluded.place;

-- name: delete_vanished_chunks
DELETE FROM chunks
WHERE
    NOT list_contains({{ bound.kept }}, id)
    AND NOT list_contains({{ bound.keep }}, source);

-- name: create_embeddings
CREATE TABLE IF NOT EXISTS {{ embeddings }} (
    chunk_id VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    dimension INTEGER NOT NULL CHECK (dimension = {{ dimension }}),
    vector FLOAT[{{ dimension }}] NOT NULL,
    PRIMARY KEY (chunk_id, model)
);

-- name: put_embedding
INSERT OR REPLACE INTO {{ embeddings }}
VALUES (
    {{ bound.chunk_id }}, {{ bound.model }}, {{ bound.dimension }}, {{ bound.vector }}
);

-- name: delete_vanished_embeddings
DELETE FROM {{ embeddings }}
WHERE chunk_id NOT IN (SELECT id FROM chunks);

-- name: count_embeddings
SELECT count(*)
FROM {{ embeddings }}
WHERE model = {{ bound.model }};

-- name: select_unembedded
SELECT
    id,
    source,
    heading,
    text
FROM chunks
WHERE
    id NOT IN (
        SELECT chunk_id
        FROM {{ embeddings }}
        WHERE model = {{ bound.model }}
    )
ORDER BY source, place;

-- name: search
-- All chunks with their likeness to a question by meaning (exact cosine), in their order.
SELECT
    source,
    heading,
    text,
    array_cosine_similarity(vector, {{ bound.vector }}::FLOAT[{{ dimension }}]) AS cosine
FROM chunks
LEFT JOIN {{ embeddings }} AS embedded
    ON chunks.id = embedded.chunk_id AND embedded.model = {{ bound.model }}
WHERE {{ bound.all_sources }} OR list_contains({{ bound.sources }}, source)
ORDER BY source, place, id;
