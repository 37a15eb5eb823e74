"""What the months hold: figures, charts, the page, and the data dictionary."""
