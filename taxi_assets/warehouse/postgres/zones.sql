-- name: create_zones
CREATE TABLE IF NOT EXISTS public.zones ({{ definitions }});

-- name: select_zones
SELECT {{ columns }}
FROM public.zones;

-- name: delete_zones
DELETE FROM public.zones;

-- name: copy_zones
COPY public.zones ({{ columns }}) FROM STDIN;
