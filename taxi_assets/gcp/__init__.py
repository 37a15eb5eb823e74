"""Google Cloud: credentials, clients, the bucket, and errors. No data and no tables.

Google's libraries take a second to import, so modules import them only where they use them.
"""
