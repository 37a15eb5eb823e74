ANALYZE $incoming
