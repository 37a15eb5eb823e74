ANALYZE (SKIP_LOCKED) $only $table
