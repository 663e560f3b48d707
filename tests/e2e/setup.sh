#!/bin/sh
# Installs what the end-to-end tests need, pinned, into this folder: npm packages with their own Node, Chromium, schemathesis, and scim2-tester.
# It installs packages of the system only where something is missing, and says plainly what it cannot do.
# usage: setup.sh client | schemathesis | scim | bench
set -eu
here=$(cd "$(dirname "$0")" && pwd)

install() {
  command -v apt-get >/dev/null || { echo "tests/e2e: $1 is missing, and this is not Debian or Ubuntu: install it by hand" >&2; exit 1; }
  if [ "$(id -u)" = 0 ]; then sudo=; elif command -v sudo >/dev/null; then sudo=sudo; else
    echo "tests/e2e: $1 is missing: run 'apt-get install $1' as root, then this again" >&2; exit 1
  fi
  echo "tests/e2e: installing $1"
  $sudo apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $1 >/dev/null || {
    echo "tests/e2e: '$1' could not be installed; install it by hand" >&2; exit 1; }
}

# The messages by which CPython tests its e-mail package, of Debian's package; unpacked here, never installed.
mail() {
  [ -d "$here/target/mail" ] && return
  echo "tests/e2e: unpacking CPython's test messages"
  named=$(mktemp -d)
  package() { apt-cache search --names-only '^libpython3\.[0-9]+-testsuite$' | cut -d' ' -f1 | sort -V | tail -n 1; }
  [ -n "$(package)" ] || { [ "$(id -u)" = 0 ] && apt-get update -qq || sudo apt-get update -qq; }
  (cd "$named" && apt-get download -qq "$(package)" 2>/dev/null && dpkg-deb -x ./*.deb unpacked) || {
    echo "tests/e2e: libpython3-testsuite could not be fetched with apt-get; put its folder test/test_email/data at tests/e2e/target/mail" >&2; exit 1; }
  mkdir -p "$here/target"
  mv "$named"/unpacked/usr/lib/python3*/test/test_email/data "$here/target/mail"
  rm -rf "$named"
}

# What a requirements.txt pins, in a Python of its own.
python() {
  command -v python3 >/dev/null || install 'python3 python3-venv'
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "tests/e2e: $1 needs Python 3.10 or newer" >&2; exit 1; }
  python3 -c 'import ensurepip, venv' 2>/dev/null || install python3-venv
  mark="$2/installed.txt"
  if ! cmp -s "$here/$1/requirements.txt" "$mark"; then
    echo "tests/e2e: installing $1 and what it needs, of $1/requirements.txt"
    rm -rf "$2"
    python3 -m venv "$2"
    "$2/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --requirement "$here/$1/requirements.txt"
    cp "$here/$1/requirements.txt" "$mark"
  fi
}

case "${1:-}" in
client)
  command -v npm >/dev/null || install 'nodejs npm'
  if [ -z "${CHROMIUM:-}" ] && ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
    install chromium
  fi
  mark="$here/node_modules/.installed"
  if ! cmp -s "$here/package-lock.json" "$mark"; then
    echo 'tests/e2e: installing the npm packages of package-lock.json'
    (cd "$here" && npm ci --silent)
    cp "$here/package-lock.json" "$mark"
  fi
  mail
  ;;
schemathesis)
  python schemathesis "$here/.venv"
  ;;
scim)
  python scim "$here/scim/.venv"
  ;;
bench)
  command -v wrk >/dev/null || install wrk
  command -v npm >/dev/null || install 'nodejs npm'
  ;;
*)
  echo 'usage: setup.sh client | schemathesis | scim | bench' >&2
  exit 2
  ;;
esac
