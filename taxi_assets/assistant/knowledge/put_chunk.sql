INSERT INTO chunks VALUES ({{ bound.id }}, {{ bound.source }}, {{ bound.place }}, {{ bound.heading }}, {{ bound.text }})
ON CONFLICT (id) DO UPDATE SET place = excluded.place;
