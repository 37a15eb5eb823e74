#!/bin/sh
# Starts pgAdmin with the password that its secret has now: it reads it at its first start only.
set -eu
PGADMIN_DEFAULT_PASSWORD=$(cat /run/secrets/pgadmin_password)
export PGADMIN_DEFAULT_PASSWORD
for home in /pgadmin4 /opt/pgadmin4; do
  [ -e "$home/setup.py" ] || continue
  python=/venv/bin/python3
  [ -x "$python" ] || python=python3
  [ ! -e /var/lib/pgadmin/pgadmin4.db ] || (cd "$home" && "$python" /opt/change_login.py)
  break
done
exec /entrypoint.sh
