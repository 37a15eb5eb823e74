CREATE TABLE IF NOT EXISTS $counts (
    filename STRING NOT NULL,
    part STRING NOT NULL OPTIONS (description = 'What trips have in common: day, hour or zone.'),
    value STRING NOT NULL OPTIONS (description = 'A date or outside; weekday and hour; a zone.'),
    trips INT64 NOT NULL
)
OPTIONS (
    description = 'Trips of each month by day, hour of the week and zone of their pickup.',
    labels = [('managed-by', 'taxi-assets')]
)
