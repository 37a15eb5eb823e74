CREATE TABLE $table (tried BOOL)
