#!/bin/sh
# Make a virtual environment, or say exactly what is missing for it.
#   tools/python-venv.sh PYTHON FOLDER
set -eu
python=$1 folder=$2

if ! command -v "$python" >/dev/null; then
  echo "Python is missing. Install it (Debian: apt-get install python3 python3-venv), then try again." >&2
  exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "Bitácora needs Python 3.11 or later; $python is $("$python" --version)." >&2
  echo "Name another one: make PYTHON=python3.12 …" >&2
  exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
  else
    echo "Python's venv is missing. Install it (Debian: apt-get install python3-venv), then try again." >&2
    exit 1
  fi
fi
[ -x "$folder/bin/pip" ] || "$python" -m venv --clear "$folder"
