#!/bin/sh
# Installs pyspark, for the tests on a cluster, into a folder of its own: it is ten times as large as all the rest. Needs Java to run.
set -eu
cd "$(dirname "$0")/.."
FOLDER=.venv/spark
LOCK=scripts/locks/spark.lock
installed() { cmp -s "$LOCK" "$FOLDER/spark.lock"; }
installed && exit 0
# Put in its place as a whole, since tests in several processes may ask for it at the same time
FRESH=$(mktemp -d "$FOLDER.XXXXXX")
trap 'rm -rf "$FRESH"' EXIT
.venv/bin/python -m uv pip install --quiet --python .venv/bin/python --require-hashes --no-deps --no-build-isolation \
    --target "$FRESH" -r "$LOCK"
cp "$LOCK" "$FRESH/spark.lock"
installed && exit 0
rm -rf "$FOLDER"
mv "$FRESH" "$FOLDER"
