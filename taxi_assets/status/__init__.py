"""Reports on the installation: coverage of months, dry runs of loads, and the doctor."""
