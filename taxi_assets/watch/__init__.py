"""What the source has, what is held, and what is on its way: compared month by month."""
