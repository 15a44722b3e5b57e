#!/bin/sh
# Resolve pyproject.toml into the three lock files, by uv: the one on the PATH, else one put into .venv for it.
#
# What is locked already stays as it is unless pyproject.toml asks for more; with --upgrade everything moves to
# its newest allowed release. The test lock is bound to the run lock, so that both name one version of everything.
set -eu
cd "$(dirname "$0")/.."

uv=$(command -v uv || echo .venv/bin/uv)
[ -x "$uv" ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv

compile() {
    UV_PYTHON_DOWNLOADS=never "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-annotate --no-header pyproject.toml "$@"
}

compile "$@" -o requirements.lock
compile "$@" --extra scale -c requirements.lock -o requirements-scale.lock
compile "$@" --extra scale --extra test --extra test-services -c requirements-scale.lock -o requirements-test.lock
