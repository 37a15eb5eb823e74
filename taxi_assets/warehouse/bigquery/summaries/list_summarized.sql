SELECT filename, sha256
FROM $summaries
