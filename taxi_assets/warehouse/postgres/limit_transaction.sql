-- For this transaction only, so that a pool of connections in between does no harm. The server
-- would notice after two hours that a client's machine is gone, and keep its locks until then.
SELECT
    set_config('lock_timeout', %(lock_timeout)s, true),
    set_config('statement_timeout', %(statement_timeout)s, true),
    set_config('tcp_keepalives_idle', '60', true),
    set_config('tcp_keepalives_interval', '10', true),
    set_config('tcp_keepalives_count', '6', true)
