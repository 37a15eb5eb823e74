"""The report on the loaded months: figures, charts, the HTML page, and the data dictionary."""
