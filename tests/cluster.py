"""The large way on loopback: PostgreSQL, Redis, nginx, app processes and a worker, all ended with the block.

``python -m tests.cluster`` (``make cluster``) serves the demo until Ctrl-C; tests and measurements use ``running``.
nginx and gunicorn run by the files in deploy/ that an operator uses; only addresses are put in.
"""

import argparse
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import redis

from tests.services import postgres, redis_server
from tests.services.process import (
    Account,
    NotHere,
    free_port,
    last_line,
    own_folder,
    plain_environment,
    started,
    wait_until,
)

ROOT = Path(__file__).parents[1]
READY_SECONDS = 60.0
STOP_SECONDS = 15.0

GUNICORN = (sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "app:create_app()")
WORKER = (sys.executable, "-m", "flask", "--app", "app", "work")
PREPARE = "from app import create_app; from community import server; server.prepare(create_app())"

NGINX = """
{user}
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
worker_processes 1;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include sangha/sangha.conf;
}}
"""


@dataclass
class Unit:
    """One process of ours that can be ended and started again."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    url: str = ""
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def pid(self) -> int:
        """The process id: of the gunicorn master, whose one worker is its child."""
        assert self.process is not None
        return self.process.pid

    @property
    def pids(self) -> list[int]:
        """The process and its children, those that serve among them."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [self.pid, *map(int, children.read_text(encoding="ascii").split())]

    def start(self) -> None:
        """Start it; whoever needs it asks ``ready`` after."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=dict(self.environment),
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip

    def ready(self) -> bool:
        """Whether it answers, or, having no address, lives; fails with its last words where it has ended."""
        assert self.process is not None
        if self.process.poll() is not None:
            raise NotHere(f"{self.name} ended, saying: {last_line(self.log.read_text(errors='replace'))}")
        return not self.url or answers(f"{self.url}/readyz")

    def stop(self, *, by: int = signal.SIGTERM) -> None:
        """End it as an operator would, or with SIGKILL at once with all that it started; twice is fine."""
        if self.process is None or self.process.poll() is not None:
            return
        if by == signal.SIGKILL:
            for pid in reversed(self.pids):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        else:
            self.process.send_signal(by)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.stop(by=signal.SIGKILL)

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        self.stop(by=signal.SIGKILL)


@dataclass
class Cluster:
    """What runs: ``url`` is nginx, ``apps`` are the processes behind it."""

    folder: Path
    environment: Mapping[str, str]
    apps: list[Unit] = field(default_factory=list)
    worker: Unit | None = None

    @property
    def url(self) -> str:
        """The address that people open."""
        return self.environment["BASE_URL"]

    @property
    def database_url(self) -> str:
        """The address of PostgreSQL."""
        return self.environment["DATABASE_URL"]

    @property
    def redis_url(self) -> str:
        """The address of Redis."""
        return self.environment["REDIS_URL"]

    @property
    def units(self) -> list[Unit]:
        """The processes of our own, the worker last."""
        return [*self.apps, *([self.worker] if self.worker else [])]

    @property
    def redis_pid(self) -> int:
        """The process id of Redis, to be stopped or hung; asked for while it answers."""
        with contextlib.closing(redis.Redis.from_url(self.redis_url)) as client:
            return int(client.info("server")["process_id"])

    def flask(self, *words: str) -> str:
        """Run a command under ``flask --app app`` with the settings of the processes, and give what it says."""
        return run((sys.executable, "-m", "flask", "--app", "app", *words), self.environment)

    def wait(self) -> None:
        """Wait until every process that was started and not ended answers."""
        for unit in self.apps:
            if unit.process is not None and unit.process.poll() is None:
                wait_for(unit.ready)


@contextlib.contextmanager
def running(
    *,
    processes: int = 3,
    port: int | None = None,
    demo: bool = True,
    settings: Mapping[str, str] | None = None,
    redis_url: str | None = None,
    worker: bool = True,
) -> Iterator[Cluster]:
    """Run the whole cluster for the length of the block; raises NotHere with the reason where a part cannot be had.

    ``settings`` go into the environment of every process; ``redis_url`` names another Redis than one of our own.
    """
    port = port or free_port()
    with contextlib.ExitStack() as ends:
        folder = ends.enter_context(own_folder(Account()))
        addresses = {
            "BASE_URL": f"http://127.0.0.1:{port}",
            "DATABASE_URL": ends.enter_context(postgres.running()),
            "REDIS_URL": redis_url or ends.enter_context(redis_server.running()),
            "PROCESSES": str(processes),
            "DEMO": "1" if demo else "0",
        }
        cluster = Cluster(folder, {**_environment(folder), **addresses, **(settings or {})})
        run((sys.executable, "-c", PREPARE), cluster.environment)
        for number in range(1, processes + 1):
            cluster.apps.append(_app(number, folder, cluster.environment))
        if worker:
            cluster.worker = Unit("worker", WORKER, cluster.environment, folder / "worker.log")
        for unit in cluster.units:
            ends.callback(unit.stop)
            unit.start()
        ends.enter_context(_nginx(folder, port, [unit.url for unit in cluster.apps]))
        cluster.wait()
        yield cluster


def _environment(folder: Path) -> dict[str, str]:
    return {
        **plain_environment(),
        "ASYNC_MODE": "gevent",
        "BEHIND_PROXIES": "1",
        "DATA": str(folder / "data"),
        "MAIL_URL": f"file:{folder / 'mail'}",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "JOURNAL_KEYS": "cluster:" + secrets.token_urlsafe(32),
        "LOG_LEVEL": "WARNING",
    }


def run(command: tuple[str, ...], environment: Mapping[str, str]) -> str:
    """Run a command to its end and give what it says; raises NotHere with its last words when it fails."""
    done = subprocess.run(
        command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode:
        raise NotHere(f"{command[-1]} ended with: {last_line(done.stderr or done.stdout)}")
    return done.stdout


def answers(url: str) -> bool:
    """Whether a page is answered with success."""
    try:
        with urllib.request.urlopen(url, timeout=5) as page:  # noqa: S310 - our own loopback address
            return bool(page.status == 200)
    except OSError:
        return False


def wait_for(ready: Callable[[], bool], seconds: float = READY_SECONDS) -> None:
    """Poll until it is so; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise NotHere(f"it was not so within {seconds:.0f} seconds")
        time.sleep(0.05)


def _app(number: int, folder: Path, environment: Mapping[str, str]) -> Unit:
    port = str(free_port())
    own = {**environment, "PORT": port}
    return Unit(f"app {number}", GUNICORN, own, folder / f"app-{number}.log", url=f"http://127.0.0.1:{port}")


@contextlib.contextmanager
def _nginx(folder: Path, port: int, urls: list[str]) -> Iterator[None]:
    """Serve the processes at one port by the files in deploy/nginx, with addresses of our own."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise NotHere("nginx is not installed")
    place = folder / "sangha"
    shutil.copytree(ROOT / "deploy" / "nginx", place)
    (place / "address.conf").write_text(f"listen 127.0.0.1:{port};\nserver_name 127.0.0.1;\n")
    lines = [f"server {url.partition('//')[2]} max_fails=0;\n" for url in urls]
    (place / "processes.conf").write_text("".join(lines))
    main, log = folder / "nginx.conf", folder / "nginx.log"
    user = "user root;" if os.geteuid() == 0 else ""
    main.write_text(NGINX.format(folder=folder, user=user))
    command: list[str | Path] = [program, "-p", folder, "-c", main, "-g", "daemon off;"]
    process = Account().start(command, folder, folder / "nginx.out")
    with started(process, end_by=signal.SIGTERM):
        wait_until(lambda: _reached(f"http://127.0.0.1:{port}/healthz"), process, log)
        yield


def _reached(url: str) -> bool:
    """Whether anything answers there, be it to say that the house is being started."""
    try:
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own loopback address
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def main() -> int:
    """Serve the demo by the whole cluster until told to stop."""
    parser = argparse.ArgumentParser("make cluster", description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000), help="default 8000, or PORT")
    parser.add_argument("--processes", type=int, default=3, help="how many app processes; default 3")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the blocks end what they started
    try:
        with running(processes=options.processes, port=options.port) as cluster:
            print(f"The community is open at {cluster.url}  (Ctrl-C closes it)")
            for unit in cluster.units:
                print(f"  {unit.name}: process {unit.pid} {unit.url}")
            print(f"  PostgreSQL, Redis and nginx beside them; logs and letters in {cluster.folder}", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print("Closed.")
    except NotHere as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
