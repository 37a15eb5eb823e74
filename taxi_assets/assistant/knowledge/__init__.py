"""What the assistant knows: documents in chunks, found by their words and by their meaning."""
