-- The condition keeps BigQuery to one partition of the table.
DELETE FROM $table
WHERE $month = @month
