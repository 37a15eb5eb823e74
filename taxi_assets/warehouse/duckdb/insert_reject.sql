INSERT INTO tripdata_rejects
VALUES ($$filename, $$line, $$column, $$value, $$reason, $$text, $$rows_in_file)
