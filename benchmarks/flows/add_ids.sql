UPDATE {{ table }}
SET
    unique_row_id = md5({{ key }}),
    filename = {{ bound.filename }}
