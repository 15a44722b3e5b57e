"""Every check and test in one go (`make test`), or the checks alone (`make check`, which is `--check`).

All parts run even when one fails. What had to be left out on this machine is listed at the end with its reason;
REQUIRE_SERVICES=1, REQUIRE_BROWSER=1 and REQUIRE_NODE=1 turn that into failing.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.browser import chromium
from tests.services import postgres, redis_server
from tests.services.process import NotHere
from tests.ways import IN_BOTH

ROOT = Path(__file__).resolve().parents[1]
KEEP = ROOT / "var"
TYPESCRIPT = "typescript@5.9.3"
CHECKS = {
    "style": ["-m", "ruff", "check", "--quiet", "."],
    "format": ["-m", "ruff", "format", "--check", "--quiet", "."],
    "types": ["-m", "mypy"],
    "layers": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
}
AUDIT = [
    "-m", "pip_audit", "--requirement", "requirements.lock", "--require-hashes", "--disable-pip",
    "--progress-spinner", "off", "--timeout", "10", "--format", "json",
]  # fmt: skip
AUDIT_SECONDS = 120


@dataclass
class Report:
    """What came of the run so far."""

    failed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    tests: Counter[str] = field(default_factory=Counter)

    def leave_out(self, what: str, why: str, *, required_by: str | None = None) -> None:
        """Name a part that cannot run here; it fails the run where the environment requires it."""
        if required_by and os.environ.get(required_by) == "1":
            self.failed.append(f"{what}: {why} ({required_by}=1)")
        else:
            self.left_out.append(f"{what}: {why}")

    def close(self) -> int:
        """Print the list, and the plain sum as the last line; give the exit code."""
        for heading, lines in (
            ("Failed", self.failed),
            ("To be looked at within seven days", self.advice),
            ("Left out", self.left_out or ["nothing"]),
        ):
            if lines:
                print(f"\n{heading}:", *(f"  - {line}" for line in lines), sep="\n")
        if self.tests:
            print("\n" + ", ".join(f"{self.tests[word]} {word}" for word in ("passed", "failed", "skipped")))
        return 1 if self.failed else 0


def main() -> int:
    """Run what was asked for and say what came of it."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    options.add_argument("--check", action="store_true", help="look at style, format, types and layers only")
    only_checks = options.parse_args().check
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers below are ended, not orphaned
    os.chdir(ROOT)
    KEEP.mkdir(exist_ok=True)
    report = Report()
    for name, command in CHECKS.items():
        run(report, name, [sys.executable, *command])
    scripts(report, types_only=only_checks)
    if not only_checks:
        run(report, "sbom", [sys.executable, "tools/sbom.py", "requirements.lock", str(KEEP / "sbom.json")])
        audit(report)
        with services(report) as addresses:
            tests(report, "tests", ["--dist", "worksteal", "-m", "not browser"], addresses)
            large_way(report, addresses)
            stories(report, addresses)
    return report.close()


def run(report: Report, name: str, command: list[str], environment: Mapping[str, str] | None = None) -> bool:
    """Run one check quietly; print what it said only if it fails."""
    since = time.monotonic()
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    well = done.returncode == 0
    print(f"{name:<8} {'well' if well else 'FAILED'} ({time.monotonic() - since:.1f} s)", flush=True)
    if not well:
        report.failed.append(name)
        print(done.stdout, done.stderr, sep="\n", flush=True)
    return well


def scripts(report: Report, *, types_only: bool) -> None:
    """Check the browser's modules with TypeScript and run their unit tests in Node."""
    node = shutil.which("node")
    if node is None:
        report.leave_out("JavaScript unit tests and types", "node is not installed", required_by="REQUIRE_NODE")
        return
    if compiler := typescript(report):
        run(report, "scripts", [node, str(compiler), "--project", "tsconfig.json"])
    files = sorted(str(path) for path in Path("tests/js").glob("**/*.test.*js"))
    if files and not types_only:
        run(report, "node", [node, "--test", *files])


def typescript(report: Report) -> Path | None:
    """Find the TypeScript compiler in our own cache, fetched once by npm."""
    folder = KEEP / TYPESCRIPT.replace("@", "-")
    compiler = folder / "node_modules/typescript/bin/tsc"
    npm = shutil.which("npm")
    if not compiler.exists() and npm:
        folder.mkdir(exist_ok=True)
        fetch = [
            npm,
            "install",
            "--prefix",
            str(folder),
            "--no-save",
            "--no-package-lock",
            "--no-audit",
            "--no-fund",
        ]
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(
                [*fetch, TYPESCRIPT], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=180
            )
    if compiler.exists():
        return compiler
    why = "npm could not fetch TypeScript" if npm else "npm is not installed"
    report.leave_out("JavaScript types", why, required_by="REQUIRE_NODE")
    return None


def audit(report: Report) -> None:
    """Ask the package index for known weaknesses of what is locked.

    What others publish today must not turn a change red, so a finding is advice with a date, and an index that
    does not answer is named.
    """
    try:
        done = subprocess.run(
            [sys.executable, *AUDIT],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=AUDIT_SECONDS,
        )  # fmt: skip
        packages = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError, KeyError):
        report.leave_out("known weaknesses of our packages", "the package index did not answer")
        return
    unknown = sum("skip_reason" in package for package in packages)
    if unknown:
        report.leave_out(
            "known weaknesses of our packages", f"the index had no answer for {unknown} of {len(packages)}"
        )
    for package in packages:
        for weakness in package.get("vulns", []):
            mended = ", ".join(weakness.get("fix_versions", [])) or "no release yet"
            report.advice.append(f"{package['name']} {package['version']}: {weakness['id']}, mended in {mended}")
    print(f"audit    {len(packages) - unknown} packages, {len(report.advice)} known weaknesses", flush=True)


@contextlib.contextmanager
def services(report: Report) -> Iterator[dict[str, str]]:
    """Start one PostgreSQL and one Redis for all tests, unless their addresses are given; end them after."""
    wanted: dict[str, tuple[str, Callable[[], contextlib.AbstractContextManager[str]]]] = {
        "TEST_DATABASE_URL": ("tests with PostgreSQL", postgres.running),
        "TEST_REDIS_URL": ("tests with Redis", redis_server.running),
    }
    addresses = {}
    with contextlib.ExitStack() as until_done:
        for variable, (what, start) in wanted.items():
            if os.environ.get(variable):
                continue
            try:
                addresses[variable] = until_done.enter_context(start())
            except NotHere as absence:
                report.leave_out(what, str(absence), required_by="REQUIRE_SERVICES")
        yield addresses


def large_way(report: Report, addresses: Mapping[str, str]) -> None:
    """Run again, on PostgreSQL, Redis and greenlets, what each process does by itself or with the others.

    Everything is patched there before it is imported, which is no soil for xdist: the halves run side by side.
    """
    if not all(os.environ.get(name) or name in addresses for name in ("TEST_DATABASE_URL", "TEST_REDIS_URL")):
        report.leave_out("tests the large way", "no PostgreSQL or no Redis", required_by="REQUIRE_SERVICES")
        return
    with ThreadPoolExecutor() as both:
        running = [
            both.submit(pytest_on, report, f"large way {k}", ["-m", "tests.ways", "--quiet", *half], addresses)
            for k, half in enumerate(IN_BOTH, 1)
        ]
    for half in running:
        half.result()


def stories(report: Report, addresses: Mapping[str, str]) -> None:
    """Run the browser stories if Chromium can be had."""
    program = chromium.obtain()
    if program is None or not chromium.starts(program):
        why = "no Chromium, and none could be fetched" if program is None else f"{program} does not start"
        report.leave_out("browser stories", why, required_by="REQUIRE_BROWSER")
        return
    tests(report, "stories", ["--dist", "loadfile", "-m", "browser"], addresses)


def tests(report: Report, name: str, options: list[str], addresses: Mapping[str, str]) -> None:
    """Run pytest on two cores."""
    pytest_on(report, name, ["-m", "pytest", "-n", "2", *options], addresses)


def pytest_on(report: Report, name: str, options: list[str], addresses: Mapping[str, str]) -> None:
    """Run pytest, let it speak for itself, and take its sums and reasons from its own report."""
    result = KEEP / f"{name.replace(' ', '-')}.xml"
    result.unlink(missing_ok=True)
    command = [sys.executable, *options, f"--junitxml={result}"]
    print(f"\n{name}", flush=True)
    since = time.monotonic()
    done = subprocess.run(command, env={**os.environ, **addresses}, stdin=subprocess.DEVNULL, check=False)
    print(f"{name} took {time.monotonic() - since:.0f} s", flush=True)
    if done.returncode:
        report.failed.append(name)
    if result.exists():
        count(report, ET.parse(result))  # noqa: S314 - pytest wrote it a moment ago


def count(report: Report, result: "ET.ElementTree[ET.Element[str]]") -> None:
    """Add up the outcomes, and list every reason for a skipped test once."""
    reasons: Counter[str] = Counter()
    for case in result.iter("testcase"):
        skipped = case.find("skipped")
        if skipped is not None:
            report.tests["skipped"] += 1
            reasons[skipped.get("message") or "no reason given"] += 1
        elif case.find("failure") is not None or case.find("error") is not None:
            report.tests["failed"] += 1
        else:
            report.tests["passed"] += 1
    report.left_out.extend(f"{number} tests: {reason}" for reason, number in reasons.items())


if __name__ == "__main__":
    sys.exit(main())
