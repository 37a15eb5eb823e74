# Read by the scripts beside it: works on the project, and what they share.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

databases() { # service, superuser and name of each
  echo "taxi-db taxi ny_taxi"
  echo "dagster-db dagster dagster"
}

say() { printf '%s\n' "$*" >&2; }

on_server() { # service, then a program and its arguments; standard input is passed on
  local service=$1
  shift
  docker compose exec -T "$service" "$@"
}

# Restores a database of a back-up beside the present one: folder, service, superuser, name, new name.
restore_beside() {
  local folder=$1 service=$2 user=$3 database=$4 beside=$5
  on_server "$service" dropdb --username "$user" --if-exists --force "$beside" </dev/null
  # Roles come first: rights are granted to them. Ours are there, with the passwords of .env.
  if [ -e "$folder/$database.roles.sql" ]; then
    on_server "$service" psql --username "$user" --dbname postgres --quiet --set ON_ERROR_STOP=1 \
      <"$folder/$database.roles.sql" >/dev/null
  fi
  on_server "$service" createdb --username "$user" "$beside" </dev/null
  on_server "$service" pg_restore --username "$user" --exit-on-error --dbname "$beside" \
    <"$folder/$database.dump"
}

# Our image. Asked of a service that needs no other: theirs would be listed as well.
image() { docker compose config --images prepare; }
