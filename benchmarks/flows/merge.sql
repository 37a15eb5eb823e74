MERGE INTO {{ table }} AS t
USING {{ staging }} AS s
    ON t.unique_row_id = s.unique_row_id
WHEN NOT MATCHED THEN INSERT ({{ names }}) VALUES ({{ values }})
