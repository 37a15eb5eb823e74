"""Charts as SVG, from a template: marks are placed here, and no library has to be loaded."""
