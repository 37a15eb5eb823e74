"""A simulated deployment: Dagster's own daemons, a source, a webhook, and a clock that is moved."""
