#!/bin/sh
# Make .venv hold what a lock file names:  tools/setup.sh requirements.lock
#
# A venv that already does is left alone without starting pip (a second start must be quick). Everything that
# can be missing on a machine is said in one line. PYTHON=… names the Python to use.
set -eu
cd "$(dirname "$0")/.."

lock=$1
venv=.venv
recent='import sys; sys.exit(sys.version_info < (3, 11))'

give_up() { echo "$*" >&2; exit 1; }

works() { "$1" -c "$recent" >/dev/null 2>&1; }

version() { "$1" --version 2>&1 || true; }

# A venv that answers, made with the Python that was named, if one was.
venv_stands() {
    works "$venv/bin/python" || return 1
    [ -z "${PYTHON:-}" ] || [ "$(version "$PYTHON")" = "$(version "$venv/bin/python")" ]
}

check_the_named_python() {
    [ -n "${PYTHON:-}" ] || return 0
    command -v "$PYTHON" >/dev/null 2>&1 || give_up "PYTHON=$PYTHON is not there. Name a Python 3.11 or newer."
    works "$PYTHON" || give_up "PYTHON=$PYTHON is $(version "$PYTHON"); this needs Python 3.11 or newer."
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then echo "$PYTHON"; return; fi
    for candidate in python3.13 python3.12 python3.11 python3 python3.14 python; do
        if works "$candidate"; then echo "$candidate"; return; fi
    done
    give_up "This needs Python 3.11 or newer, and none is on the PATH. If one is elsewhere: make run PYTHON=/path/to/python3"
}

make_venv() {
    python=$(find_python)
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "Making $venv with $(version "$python")"
        "$python" -m venv --clear "$venv" || give_up "Python could not make a virtual environment in $venv."
    elif command -v uv >/dev/null 2>&1; then
        UV_PYTHON_DOWNLOADS=never uv venv --quiet --clear --python "$(command -v "$python")" "$venv" ||
            give_up "uv could not make a virtual environment in $venv."
    else
        give_up "$(version "$python") has no venv module here. On Debian or Ubuntu: apt-get install python3-venv"
    fi
}

# A copy of the lock is the stamp, written last, so that an interrupted install is done again. The locks for
# running and testing agree on every version (see `make lock`), so the larger one stamps for both.
holds() { [ -f "$venv/$1" ] && cmp -s "$1" "$venv/$1"; }

install() {
    echo "Installing what $lock names"
    if command -v uv >/dev/null 2>&1 &&
        UV_PYTHON_DOWNLOADS=never uv pip install --quiet --no-build --compile-bytecode --python "$venv/bin/python" --require-hashes -r "$lock"; then
        :
    else
        "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip >/dev/null 2>&1 || true
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$lock" ||
            give_up "The packages could not be installed; the lines above say why. Run the same command again when that is mended."
    fi
    if [ "$lock" = requirements-test.lock ]; then cp requirements.lock requirements-scale.lock "$venv/"; fi
    cp "$lock" "$venv/$lock"
}

check_the_named_python
venv_stands || make_venv
holds "$lock" || install
