#!/bin/sh
# Compiles the hashed locks anew from pyproject.toml and scripts/locks/uv.in. `make lock` calls it.
#
#   sh scripts/make_locks.sh                    keeps every version that still fits
#   sh scripts/make_locks.sh --upgrade          takes the newest that fit
#
# The locks name versions and hashes, never the index they came from: a user's own index or mirror serves as well.
set -eu
cd "$(dirname "$0")/.."

compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@"
}

compile --group dev pyproject.toml --output-file requirements.lock "$@"
compile scripts/locks/uv.in --output-file scripts/locks/uv.lock --constraints requirements.lock

# What the extra adds to the rest, so that a machine without a compiler can leave just this out.
compile --extra reactions pyproject.toml --output-file .venv/with_reactions.lock --constraints requirements.lock
awk '/^[a-z]/ { keep = /^durable-rules==/ } keep' .venv/with_reactions.lock >scripts/locks/reactions.lock

# As above: what runs a cluster is larger than everything else, and only the tests on a cluster need it.
compile --extra spark pyproject.toml --output-file .venv/with_spark.lock --constraints requirements.lock
awk '/^[a-z]/ { keep = /^(py4j|pyspark)==/ } keep' .venv/with_spark.lock >scripts/locks/spark.lock
