-- Roles of Dagster's database. `dagster`, the superuser, is for set-up alone and has no way in from
-- other containers (hba.conf); `history` owns the tables. Both have the password of its secret.
SET log_min_error_statement = panic; -- statements with passwords stay out of the log
SET client_min_messages = warning;
\set dagster_password `cat /run/secrets/dagster_db_password`

SELECT 'CREATE ROLE history' WHERE to_regrole('history') IS NULL \gexec
ALTER ROLE dagster PASSWORD :'dagster_password';
ALTER ROLE history LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'dagster_password';

\set owner history
\set superuser dagster
\i /opt/postgres/owner.sql
