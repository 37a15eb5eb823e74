"""Charts as SVG. matplotlib draws them; it is imported only when a chart is drawn."""
