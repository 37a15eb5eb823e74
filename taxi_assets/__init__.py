"""NYC taxi trips from the published file to tables that equal it, as a Dagster project.

The packages are the stages of the flow, and each imports only what is upstream of it:
``source`` (where files are published), ``lake`` (the raw files), ``warehouse`` (merged
tables). ``trips`` is the domain and imports none of them.
"""
