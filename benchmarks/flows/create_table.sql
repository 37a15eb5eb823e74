CREATE TABLE IF NOT EXISTS {{ table }} (
    unique_row_id TEXT,
    filename TEXT,
    {{ definitions }}
)
