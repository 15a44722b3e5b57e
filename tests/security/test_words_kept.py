"""What leaves the house: not a word that anybody wrote in any log, and no line to anybody else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services.process import plain_environment

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[str]], str]:
    """Let the story happen once; give its secrets and addresses, and all that was said on both streams."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.security.storied_house", str(tmp_path_factory.mktemp("storied"))],
        cwd=ROOT, env=plain_environment(), capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    lines = done.stdout.splitlines()
    return json.loads(lines[-1]), done.stderr + "\n".join(lines[:-1])


def test_no_log_holds_a_word_that_anybody_wrote(told: tuple[dict[str, list[str]], str]) -> None:
    said, logged = told
    assert len(said["secrets"]) > 20
    assert not [secret for secret in said["secrets"] if secret.lower() in logged.lower()]


def test_the_log_did_tell_what_happened(told: tuple[dict[str, list[str]], str]) -> None:
    _, logged = told
    lines = [json.loads(line) for line in logged.splitlines() if line.startswith("{")]
    requests = {(line["method"], line["route"], line["status"]) for line in lines if line["event"] == "request"}
    assert ("POST", "/sign-in", 422) in requests
    assert ("POST", "/threads/<id:thread_id>/posts", 303) in requests
    assert ("POST", "/posts/<id:post_id>/flags", 303) in requests
    assert ("POST", "/cases/<id:case_id>/decision", 303) in requests
    assert ("POST", "/reset/<token>", 303) in requests
    assert {("POST", "/practices", status) for status in (303, 422, 403)} <= requests
    assert ("POST", "/practices/imports", 422) in requests
    assert ("POST", "/journal/pages/<id:entry_id>/passages", 303) in requests
    assert ("POST", "/passages/<id:passage_id>/answer", 303) in requests
    assert ("POST", "/passages/<id:passage_id>/withdrawal", 303) in requests
    faults = {line["event"] for line in lines if "fault" in line or "error" in line}
    assert {"request_failed", "listener_failed", "mail_failed", "command_failed"} <= faults
    assert not [line for line in logged.splitlines() if line.strip() and not line.startswith("{")]


def test_the_house_reaches_out_to_nobody(told: tuple[dict[str, list[str]], str]) -> None:
    said, _ = told
    assert set(said["reached"]) <= {"127.0.0.1", "localhost"}
    assert "127.0.0.1" in said["reached"]  # the story's own socket: the watch does see what there is
