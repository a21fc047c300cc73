#!/usr/bin/env bash
# Make sure that what the tests need beside Python is there: a browser, and Graphviz's dot.
# Installs with apt what is missing, where that needs no password; else says what to install, and fails.
set -euo pipefail

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v dot >/dev/null || missing+=(graphviz)
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
    as_root=none
elif [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root='sudo -n'
else
    as_root=none
fi
if [ "$as_root" = none ]; then
    echo "the tests need packages that are missing here; please install: ${missing[*]}" >&2
    exit 1
fi

echo "installing ${missing[*]} for the tests" >&2
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" fonts-dejavu-core >/dev/null
