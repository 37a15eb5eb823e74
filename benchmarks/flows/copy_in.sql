INSERT INTO {{ table }} ({{ names }})
SELECT {{ names }}
FROM read_csv(
    {{ bound.path }},
    columns = {{ types }},
    auto_detect = false,
    header = true,
    delim = ',',
    quote = '"',
    escape = '"',
    new_line = '\r\n'
)
