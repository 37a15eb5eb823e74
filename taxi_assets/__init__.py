"""A Dagster project that loads NYC taxi trips from published files into tables that equal them.

Data flows one way through these packages, and each imports only packages before it: ``source``
(published files), ``lake`` (raw files), ``rows`` (typed rows of a raw file), ``warehouse`` (merged
tables), ``status`` and ``report``. ``trips`` is the domain and imports none of them.
"""

import gc

# Imports make half a million objects that stay. To look through them after every 700 new ones, as
# is usual, takes a seventh of a process's start.
gc.set_threshold(50_000, 20, 20)
