#!/bin/sh
# Installs the language server that editors run on YAML files, at one version, for tests/editor. Needs node and npm.
set -eu
cd "$(dirname "$0")/.."
VERSION=1.15.0
FOLDER=.venv/yaml-language-server
installed() { test "$(cat "$FOLDER/version" 2>/dev/null)" = "$VERSION"; }
installed && exit 0
# Put in its place as a whole, since tests in several processes may ask for it at the same time
FRESH=$(mktemp -d "$FOLDER.XXXXXX")
trap 'rm -rf "$FRESH"' EXIT
npm install --no-audit --no-fund --no-save --ignore-scripts --loglevel=error --prefix "$FRESH" "yaml-language-server@$VERSION"
echo "$VERSION" > "$FRESH/version"
installed && exit 0
rm -rf "$FOLDER"
mv "$FRESH" "$FOLDER"
