"""A lake in a bucket of Google Cloud Storage."""
