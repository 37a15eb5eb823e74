"""Questions about the data: a query that the model writes and that can only read."""
