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

# With TLS nobody connects without it. The certificate is made once, and says for itself who it is;
# it may be replaced by one of an authority.
use_tls() { # names and addresses of this server, between commas
  folder=/var/lib/postgresql/tls
  if [ ! -e "$folder/server.crt" ]; then
    names=$(echo "$1" | tr ',' '\n' | sed -E '/^$/d; s/^[0-9.]+$|.*:.*/IP:&/; t; s/^/DNS:/' | paste -sd,)
    mkdir -p "$folder"
    (
      umask 077
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 3650 \
        -subj /CN=taxi-db -addext "subjectAltName=$names" \
        -keyout "$folder/server.key" -out "$folder/server.arriving" 2>/dev/null
    )
    mv "$folder/server.arriving" "$folder/server.crt"
  fi
  sed 's/^host /hostssl /' /opt/postgres/hba.conf >/tmp/hba.conf
}
if [ "${TLS:-off}" = on ]; then
  use_tls "taxi-db,localhost,127.0.0.1,${TLS_NAMES:-}"
  set -- "$@" -c hba_file=/tmp/hba.conf -c ssl=on \
    -c ssl_cert_file=/var/lib/postgresql/tls/server.crt -c ssl_key_file=/var/lib/postgresql/tls/server.key
fi
# Not a child of Postgres, which wonders about those that it does not know.
( set_roles & )
exec docker-entrypoint.sh "$@"
