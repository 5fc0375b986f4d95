#!/bin/sh
# Makes .venv and installs the locked dependencies, Hearth itself and its Python client (both editable) into it.
# The lock is requirements-dev.lock, or the one that is named.
#
# Needs a Python 3.11 or newer. Never installs into that Python, and names no package index: what pip is
# configured to use is used. uv, which is much faster than pip, is itself taken from the lock by pip;
# where it cannot do the job (it does not read pip's configuration files), pip does it.
set -eu
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3}
lock=${1:-requirements-dev.lock}
python=.venv/bin/python

fail() {
    echo "setup: $*" >&2
    exit 1
}

if ! [ -x $python ]; then
    command -v "$PYTHON" >/dev/null || fail "$PYTHON is not there; install Python 3.11 or newer, or say PYTHON=/path/to/python"
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "$("$PYTHON" --version) is too old; say PYTHON=/path/to/python of Python 3.11 or newer"
    # Debian keeps the module that puts pip into a new environment in a package of its own.
    if ! "$PYTHON" -c 'import ensurepip' 2>/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            echo "setup: installing python3-venv"
            apt-get update -qq
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
        else
            fail "the venv module is incomplete; install it (Debian: apt-get install python3-venv) and repeat"
        fi
    fi
    echo "setup: making .venv with $("$PYTHON" --version)"
    "$PYTHON" -m venv .venv
fi

pip() {
    $python -m pip --disable-pip-version-check "$@"
}
pip --version >/dev/null 2>&1 || $python -m ensurepip >/dev/null

# pip's index, where one is set, holds for uv too.
index=${PIP_INDEX_URL:-$(pip config get global.index-url 2>/dev/null || true)}
if [ -n "$index" ] && [ -z "${UV_DEFAULT_INDEX:-}" ]; then
    export UV_DEFAULT_INDEX="$index"
fi

uv_requirement=$(mktemp)
trap 'rm -f "$uv_requirement"' EXIT
sed -n '/^uv==/,/^    # via/p' requirements-dev.lock >"$uv_requirement"

echo "setup: installing the locked dependencies"
if pip install --quiet --require-hashes --no-deps -r "$uv_requirement" &&
    .venv/bin/uv pip install --quiet --python $python --require-hashes -r "$lock"; then
    :
else
    echo "setup: uv could not; pip does it"
    pip install --quiet --require-hashes -r "$lock"
fi
# The build backend is among the locked dependencies: nothing unpinned is fetched for the build.
pip install --quiet --no-deps --no-build-isolation -e . -e clients/python
