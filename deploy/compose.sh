# Read by the scripts beside it: works on the project, and what they share.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

databases() { # service, user and name of each
  echo "taxi-db taxi ny_taxi"
  echo "dagster-db dagster dagster"
}

say() { printf '%s\n' "$*" >&2; }
