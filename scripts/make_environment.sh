#!/bin/sh
# Makes or refreshes .venv from the hashed locks. `make` calls it when .venv is missing or a lock changed.
#
#   PYTHON=python3.12 sh scripts/make_environment.sh     uses that interpreter instead of looking for one
#
# Everything that is installed is checked against a hash: uv by pip, the rest by uv.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
log=$venv/reactions.log

works() {
    "$1" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    # python3 first, because it is what the user expects; then those below 3.13, which can also run the extra `reactions`.
    for candidate in ${PYTHON:-python3 python3.12 python3.11 python3.13 python3.14}; do
        if works "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "planshift needs Python 3.11 or later; set PYTHON to one, as in: make test PYTHON=/path/to/python3.12" >&2
    exit 1
}

if ! works "$venv/bin/python"; then
    python=$(find_python)
    echo "making $venv with $("$python" --version)"
    rm -rf "$venv"
    if ! "$python" -m venv "$venv"; then
        rm -rf "$venv"
        echo "$python cannot make environments; on Debian and Ubuntu the package python3-venv is missing" >&2
        exit 1
    fi
fi

python=$venv/bin/python
"$python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r scripts/locks/uv.lock
uv() {
    VIRTUAL_ENV=$venv UV_NO_PROGRESS=1 "$python" -m uv "$@"
}

# Compiled once here, so that a command starts quickly even where Python may not keep what it compiles.
uv pip sync --quiet --python "$python" --require-hashes --compile-bytecode requirements.lock
# The build back end comes from the lock as well: nothing unhashed is fetched.
uv pip install --quiet --python "$python" --no-deps --no-build-isolation --editable .

# The extra `reactions` is published as source only: a machine without a C compiler does without it.
if uv pip install --python "$python" --require-hashes --no-deps --no-build-isolation \
        -r scripts/locks/reactions.lock >"$log" 2>&1 &&
    "$python" -c 'import durable_rules_engine' >>"$log" 2>&1; then
    echo "extra reactions: installed"
else
    echo "extra reactions: not installed, planshift works without it" \
        "(needs a C compiler, Python headers and Python below 3.13; $log says more)"
fi
