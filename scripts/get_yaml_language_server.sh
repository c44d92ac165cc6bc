#!/bin/sh
# Installs the language server that editors run on YAML files, at one version, for tests/editor. Needs node and npm.
set -eu
cd "$(dirname "$0")/.."
VERSION=1.15.0
FOLDER=.venv/yaml-language-server
test "$(cat "$FOLDER/version" 2>/dev/null)" = "$VERSION" && exit 0
mkdir -p "$FOLDER"
npm install --no-audit --no-fund --no-save --ignore-scripts --loglevel=error --prefix "$FOLDER" "yaml-language-server@$VERSION"
echo "$VERSION" > "$FOLDER/version"
