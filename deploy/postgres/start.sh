#!/bin/sh
# Starts Postgres, and sets its roles and their passwords as the secrets say, at every start: a
# password is changed by changing its secret. The container is healthy once that is done.
set -eu
done=/tmp/roles-are-set
rm -f "$done"
set_roles() {
  # By TCP: the server that only initializes the database does not listen there.
  until pg_isready --quiet --host=127.0.0.1 --username=reader; do sleep 0.2; done
  psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" \
    --dbname "$POSTGRES_DB" --file /opt/postgres/roles.sql >/dev/null && touch "$done"
}
# Not a child of Postgres, which wonders about those that it does not know.
( set_roles & )
exec docker-entrypoint.sh "$@"
