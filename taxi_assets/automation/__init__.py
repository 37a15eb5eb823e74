"""What runs the assets: jobs, Dagster's instance, one run per month."""
