DELETE FROM $counts
WHERE filename = @filename
