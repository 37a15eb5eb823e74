"""Charts as SVG, drawn by matplotlib, which is imported only when one is drawn."""
