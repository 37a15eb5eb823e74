SELECT DISTINCT format(
    'pid %%s (%%s, %%s, %%s since %%s)',
    pg_locks.pid,
    coalesce(usename, 'no role'),
    coalesce(nullif(application_name, ''), 'no name'),
    coalesce(state, 'active'),
    date_trunc('second', xact_start)
)
FROM pg_locks
JOIN pg_stat_activity USING (pid)
WHERE relation IN (SELECT to_regclass(unnest(%(tables)s::text[])))
    AND granted
    AND pg_locks.pid <> pg_backend_pid()
