"""What is there: coverage of months, for people and for scripts."""
