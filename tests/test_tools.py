"""The way in: what `make run` says on machines that lack something, each in one clear line."""

import re
import shutil
import subprocess
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from tests.run import Report

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-scale.lock", "requirements-test.lock")
SYSTEM = ("sh", "dirname", "cmp", "cp", "make", "sed", "expand")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with the tools of any system and no Python; the community's folder lies in ``clone``."""
    clone, programs = tmp_path / "clone", tmp_path / "bin"
    (clone / "tools").mkdir(parents=True)
    programs.mkdir()
    for name in ("Makefile", *LOCKS, "tools/setup.sh"):
        shutil.copy(ROOT / name, clone / name)
    for name in SYSTEM:
        (programs / name).symlink_to(shutil.which(name) or pytest.skip(f"this machine has no {name}"))
    return tmp_path


def put_python(machine: Path, name: str, *, version: str, recent: bool, venv: bool = True) -> None:
    """Put a program there that answers as a Python of that version would."""
    script = machine / "bin" / name
    script.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = --version ] && echo "Python {version}" && exit 0\n'
        f'case "$2" in *version_info*) exit {0 if recent else 1};; *ensurepip*) exit {0 if venv else 1};; esac\n'
        'echo "ran $*"\n'
    )
    script.chmod(0o755)


def say(machine: Path, *command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, cwd=machine / "clone", env={"PATH": str(machine / "bin"), **environment},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def only_line(done: "subprocess.CompletedProcess[str]") -> str:
    lines = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("make:")]
    assert len(lines) == 1, lines
    return lines[0]


def test_a_machine_without_a_recent_python_is_told_so_in_one_line(machine: Path) -> None:
    put_python(machine, "python3", version="3.9.2", recent=False)
    done = say(machine, "make", "run")
    assert done.returncode != 0
    assert only_line(done).startswith("This needs Python 3.11 or newer")


def test_a_named_python_that_is_too_old_is_refused_by_its_version(machine: Path) -> None:
    put_python(machine, "old", version="3.8.10", recent=False)
    done = say(machine, "make", "run", PYTHON="old")
    assert done.returncode != 0
    assert only_line(done) == "PYTHON=old is Python 3.8.10; this needs Python 3.11 or newer."


def test_a_named_python_that_is_not_there_is_said_to_be_missing(machine: Path) -> None:
    done = say(machine, "make", "run", "PYTHON=nowhere")
    assert done.returncode != 0
    assert only_line(done) == "PYTHON=nowhere is not there. Name a Python 3.11 or newer."


def test_a_missing_venv_module_is_named_with_its_remedy(machine: Path) -> None:
    put_python(machine, "python3", version="3.11.2", recent=True, venv=False)
    done = say(machine, "make", "run")
    assert done.returncode != 0
    assert only_line(done) == (
        "Python 3.11.2 has no venv module here. On Debian or Ubuntu: apt-get install python3-venv"
    )


def test_a_venv_that_holds_the_lock_is_left_alone(machine: Path) -> None:
    stand_in_venv(machine)
    shutil.copy(machine / "clone/requirements.lock", machine / "clone/.venv/requirements.lock")
    done = say(machine, "make", "run", "PORT=9000", "DATA=elsewhere")
    assert done.returncode == 0
    assert only_line(done) == "ran app.py --demo --port 9000 --data elsewhere"


def test_a_changed_lock_is_installed_before_the_start_and_only_once(machine: Path) -> None:
    stand_in_venv(machine)
    (machine / "clone/.venv/requirements.lock").write_text("of last week\n")
    installs = "ran -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all:"
    assert f"{installs} -r requirements.lock" in say(machine, "make", "run").stdout
    assert "pip" not in say(machine, "make", "run").stdout


def test_what_testing_needs_is_enough_for_running(machine: Path) -> None:
    stand_in_venv(machine)
    say(machine, "tools/setup.sh", "requirements-test.lock")
    assert say(machine, "tools/setup.sh", "requirements.lock").stdout == ""


def stand_in_venv(machine: Path) -> None:
    """Put a venv there whose Python only says what it was asked to run."""
    (machine / "clone/.venv").mkdir()
    put_python(machine, "python-of-the-venv", version="3.11.2", recent=True)
    (machine / "clone/.venv/bin").mkdir()
    (machine / "bin/python-of-the-venv").rename(machine / "clone/.venv/bin/python")


def test_make_alone_lists_every_command(machine: Path) -> None:
    listed = say(machine, "make").stdout
    for command in ("help", "setup", "run", "test", "check", "bench", "lock"):
        assert f"make {command} " in listed


def test_everything_that_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = chain.from_iterable(project["optional-dependencies"].values())
    asked = {"requirements.lock": project["dependencies"], "requirements-test.lock": list(extras)}
    for name, wishes in asked.items():
        locked = {line.partition("==")[0] for line in (ROOT / name).read_text().splitlines() if "==" in line}
        assert {re.split(r"[^\w-]", wish)[0] for wish in wishes} <= locked, f"say make lock: {name} is behind"


def test_all_locks_name_the_same_release_of_everything_and_no_address() -> None:
    def releases(name: str) -> set[str]:
        return {line.split()[0] for line in (ROOT / name).read_text().splitlines() if "==" in line}

    assert releases("requirements.lock") <= releases("requirements-scale.lock") <= releases("requirements-test.lock")
    for name in LOCKS:
        assert "//" not in (ROOT / name).read_text()
        assert (ROOT / name).read_text().count("--hash=sha256:") > len(releases(name))


@pytest.mark.parametrize("required", [False, True])
def test_what_a_run_leaves_out_is_named_and_fails_it_where_it_is_required(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, required: bool
) -> None:
    monkeypatch.setenv("REQUIRE_BROWSER", "1" if required else "0")
    report = Report()
    report.leave_out("browser stories", "no Chromium here", required_by="REQUIRE_BROWSER")
    report.leave_out("something else", "nobody minds")
    assert report.close() == int(required)
    said = capsys.readouterr().out
    assert said.index("browser stories: no Chromium here") < said.index("something else: nobody minds")
    assert ("Failed:" in said) == required
