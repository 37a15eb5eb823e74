COPY public.zones ($columns) FROM STDIN
