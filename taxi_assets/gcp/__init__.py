"""Google Cloud as such: who we are there, and what its refusals mean. No data, no tables.

Google's libraries take a second to import: modules import them where they use them.
"""
