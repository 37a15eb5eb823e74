#!/bin/sh
# Starts Apache's login with the one user whose password Compose hands over as a secret. What
# sessions are encrypted with is made anew at each start: a changed password ends every session.
set -eu
umask 077
htpasswd -niB "$UI_USER" </run/secrets/ui_password >/tmp/users
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
{
  echo "SessionCryptoPassphrase $(random)"
  echo "AuthFormSitePassphrase $(random)"
} >/tmp/passphrases.conf
exec httpd -f /opt/login/httpd.conf -D FOREGROUND
