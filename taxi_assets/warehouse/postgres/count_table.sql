SELECT count(*)
FROM $table
