#!/bin/sh
# What the tests need besides Python: Chromium to look at pages, PostgreSQL as the second database, LibreOffice
# to open workbooks.
set -eu
missing=
command -v chromium >/dev/null || missing="$missing chromium fonts-liberation"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v soffice >/dev/null || missing="$missing libreoffice-calc-nogui"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing$missing …"
  apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  echo "The tests need these Debian packages:$missing" >&2
  echo "Install them as root:  apt-get install$missing" >&2
  exit 1
fi
