CREATE TABLE IF NOT EXISTS {{ embeddings }} (
    chunk_id VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    dimension INTEGER NOT NULL CHECK (dimension = {{ dimension }}),
    vector FLOAT[{{ dimension }}] NOT NULL,
    PRIMARY KEY (chunk_id, model)
);
