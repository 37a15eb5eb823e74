DELETE FROM chunks WHERE NOT list_contains($$kept, id) AND NOT list_contains($$keep, source)
