#!/bin/sh
# Starts nginx with the one user whose password Compose hands over as a secret.
set -eu
umask 077
password=$(openssl passwd -6 -stdin </run/secrets/ui_password)
printf '%s:%s\n' "$UI_USER" "$password" >/tmp/users
exec nginx -c /etc/nginx/taxi_assets.conf -g 'daemon off;'
