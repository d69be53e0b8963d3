#!/bin/sh
# The map's JavaScript: linted, type-checked, and its pure parts tested outside a browser. Skipped
# without npm, but for CI.
set -eu
if ! command -v npm >/dev/null 2>&1; then
    echo "No npm found: the JavaScript is not checked" >&2
    test "${CI:-}" != true
    exit
fi
installed=node_modules/.package-lock.json
if [ ! -e $installed ] || [ package-lock.json -nt $installed ]; then
    echo "Installing what checks the JavaScript into node_modules"
    npm ci --silent
fi
npm run --silent check
