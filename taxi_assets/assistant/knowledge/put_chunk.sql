INSERT INTO chunks VALUES ($$id, $$source, $$place, $$heading, $$text)
ON CONFLICT (id) DO UPDATE SET place = excluded.place;
