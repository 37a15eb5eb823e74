DELETE FROM $summaries
WHERE filename = @filename
