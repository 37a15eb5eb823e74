ALTER TABLE $incoming RENAME TO $name
