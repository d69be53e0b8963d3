#!/bin/sh
# A browser for the tests: on Debian as root, install Debian's Chromium where none is found.
# Elsewhere the tests use the Chromium or Chrome that they find, and are skipped without one.
set -eu
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ -n "${CONTROLMAP_CHROMIUM:-}" ] && [ -x "$CONTROLMAP_CHROMIUM" ]; then exit 0; fi
if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ]; then
    echo "Installing Debian's Chromium for the browser tests"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        chromium fonts-dejavu-core >/dev/null
else
    echo "No Chromium or Chrome found: the browser tests will be skipped" >&2
fi
