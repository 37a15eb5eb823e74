-- Held until the transaction ends. Everything that makes or replaces a table of ours takes it.
SELECT pg_advisory_xact_lock(hashtextextended('taxi_assets: ' || %(name)s, 0))
