INSERT INTO $table (filename, figure, value)
VALUES $figures
