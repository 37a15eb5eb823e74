#!/usr/bin/env bash
# Resolves pyproject.toml anew into names, versions and hashes: what the set-up commands install.
set -euo pipefail
uv=${1:-uv}
cd "$(dirname "$0")"
lock() {
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
    --no-annotate --no-emit-index-url --no-emit-find-links --no-header "$@"
}
lock pyproject.toml --group build --output-file requirements.lock
# dbt-common asks for a pathspec older than mypy's, and dbt-bigquery for a google-cloud-storage older
# than ours: they work with those, too. sqlglotrs and sqlglotc, which dagster-dbt asks for, put compiled
# code into sqlglot: all else would run another parser. What dbt-bigquery has for models in Python only,
# a hundred megabytes, stays out.
with_dbt="$(mktemp)"
trap 'rm -f "$with_dbt"' EXIT
printf '%s\n' 'pathspec>=1' 'google-cloud-storage>=3.17' > "$with_dbt"
for package in sqlglotrs sqlglotc google-cloud-aiplatform nbformat pandas-gbq; do
  echo "$package; python_version < '3'" >> "$with_dbt"
done
lock pyproject.toml --group build --extra dev --extra docker --extra kubernetes --extra assistant \
  --extra dbt-bigquery --constraint requirements.lock --override "$with_dbt" \
  --output-file requirements-dev.lock
lock pyproject.toml --group build --extra docker --extra kubernetes --extra assistant \
  --extra dbt-bigquery --constraint requirements-dev.lock --override "$with_dbt" \
  --output-file requirements-server.lock
lock --group docs --constraint requirements-dev.lock --output-file requirements-docs.lock
