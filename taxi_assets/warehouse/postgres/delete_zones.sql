DELETE FROM public.zones
