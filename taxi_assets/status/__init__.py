"""What is there and whether it is right: coverage of months, what a load would do, doctor."""
