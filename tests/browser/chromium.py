"""Chromium for the browser stories: where it is, and how it is started."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Bells are heard without a click in the stories; whether a person must click first is tested by its own story.
    "--autoplay-policy=no-user-gesture-required",
)
INSTALL_SECONDS = 600


def find() -> str | None:
    """Give the program to start: the machine's own, else the one that Playwright has put aside."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    with sync_playwright() as playwright:
        bundled = playwright.chromium.executable_path
    return bundled if Path(bundled).exists() else None


def launch_arguments() -> list[str]:
    """Give the switches that keep Chromium quiet; as root it runs only without its sandbox."""
    return [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def starts(program: str) -> bool:
    """Whether the program opens a page here, or lacks something of the system."""
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=launch_arguments())
            browser.new_page().close()
            browser.close()
    except Error:
        return False
    return True


def obtain() -> str | None:
    """Find Chromium, or bring it: Debian's package if we are root there, else Playwright's download."""
    if found := find():
        return found
    if os.geteuid() == 0 and (apt := shutil.which("apt-get")):
        _tried([apt, "update"])
        _tried([apt, "install", "--yes", "--no-install-recommends", "chromium"])
        if found := find():
            return found
    _tried([sys.executable, "-m", "playwright", "install", "chromium"])
    return find()


def _tried(command: list[str]) -> None:
    """Run an installer without asking anything; whether it helped is seen by looking again."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=INSTALL_SECONDS, env=quiet
        )
    except (OSError, subprocess.TimeoutExpired):
        return
