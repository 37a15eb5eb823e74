-- The password of Dagster's database, as its secret says.
SET log_min_error_statement = panic; -- statements with passwords stay out of the log
SET client_min_messages = warning;
\set dagster_password `cat /run/secrets/dagster_db_password`
ALTER ROLE dagster PASSWORD :'dagster_password';
