SELECT count(*)
FROM zones
