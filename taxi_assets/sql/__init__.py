"""SQL for all databases: dialects, statements from files, identifiers and literals."""
