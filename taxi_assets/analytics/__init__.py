"""dbt models over the trips, as assets: the extra ``dbt``. Nothing here is imported without it."""
