"""Synthetic months in the layout of the CSV releases, or of the table. Not real trips.

The numbers are made up: drawn from rough shapes of a city's traffic (`profile`), never copied
from published rows. What is true to the files is the layout (`text`) and what makes them hard
to load (`quirks`). `month.write_month` puts it together.
"""
