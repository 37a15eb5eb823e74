CREATE TABLE IF NOT EXISTS public.zones ($columns)
