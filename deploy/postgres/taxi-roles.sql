-- Roles of the taxi database. `taxi`, the superuser, is for set-up alone and has no way in from
-- other containers (hba.conf); `loader` owns the tables; `reader` reads all of them, and those to come.
SET log_min_error_statement = panic; -- statements with passwords stay out of the log
SET client_min_messages = warning;
\set taxi_password `cat /run/secrets/taxi_db_password`
\set loader_password `cat /run/secrets/loader_password`
\set reader_password `cat /run/secrets/reader_password`

SELECT 'CREATE ROLE loader' WHERE to_regrole('loader') IS NULL \gexec
SELECT 'CREATE ROLE reader' WHERE to_regrole('reader') IS NULL \gexec
ALTER ROLE taxi PASSWORD :'taxi_password';
ALTER ROLE loader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'loader_password';
ALTER ROLE reader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'reader_password';
ALTER ROLE reader SET default_transaction_read_only = on;
GRANT pg_read_all_data TO reader;

\set owner loader
\set superuser taxi
\i /opt/postgres/owner.sql
