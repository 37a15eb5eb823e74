DELETE FROM chunks WHERE NOT list_contains({{ bound.kept }}, id) AND NOT list_contains({{ bound.keep }}, source)
