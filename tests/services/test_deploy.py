"""The files in deploy/: each is read by the program that it is for. The cluster runs by nginx's and gunicorn's."""

import contextlib
import os
import re
import shutil
import subprocess
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import redis
import yaml

from community.config import SettingsError, from_environment
from tests import cluster
from tests.services import redis_server
from tests.services.process import Account, NotHere, free_port, leave_out, own_folder, started, wait_until

pytestmark = pytest.mark.services

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")
    if found is None:
        leave_out(f"{name} is not installed", required_by="REQUIRE_SERVICES")
    return found


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Make a certificate for nobody."""
    command = [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-days", "1"]
    files = ["-keyout", str(tmp_path / "privkey.pem"), "-out", str(tmp_path / "fullchain.pem")]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=60)
    return tmp_path


def test_nginx_takes_its_files_as_they_are_but_for_ports_and_certificate(tmp_path: Path, certificate: Path) -> None:
    shutil.copytree(DEPLOY / "nginx", tmp_path / "sangha")
    ports = {"443": str(free_port()), "80": str(free_port())}
    for path in (tmp_path / "sangha").iterdir():
        text = path.read_text().replace("/etc/ssl/community.example.org", str(certificate))
        path.write_text(re.sub(r"(listen (?:\[::\]:)?)(80|443)\b", lambda m: m[1] + ports[m[2]], text))
    main = tmp_path / "nginx.conf"
    main.write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}}\n"
        f"http {{ client_body_temp_path {tmp_path}/b; proxy_temp_path {tmp_path}/p; fastcgi_temp_path {tmp_path}/f;\n"
        f"uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s;\n"
        "include sangha/sangha.conf; include sangha/others.conf; }\n"
    )
    said = subprocess.run(
        [program("nginx"), "-t", "-q", "-p", str(tmp_path), "-c", str(main)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert "[warn]" not in said.stderr or "user" in said.stderr


def test_nginx_writes_down_nobodys_address_when_no_process_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    wordy = cluster.NGINX.replace("nginx.log warn", "nginx.log info")  # whatever nginx.conf of an operator says
    monkeypatch.setattr(cluster, "NGINX", wordy.replace("access_log off;", "access_log {folder}/access.log;"))
    port = free_port()
    with own_folder(Account()) as folder:
        with cluster._nginx(folder, port, [f"http://127.0.0.1:{free_port()}"]):
            with pytest.raises(HTTPError) as closed:
                urlopen(f"http://127.0.0.1:{port}/calendar/a-canary-4f1d.ics", timeout=5)
            with closed.value as said:
                assert said.code == HTTPStatus.SERVICE_UNAVAILABLE
        written = [path for path in folder.rglob("*") if path.is_file()]
        assert folder / "nginx.log" in written
        assert not [path.name for path in written if b"a-canary-4f1d" in path.read_bytes()]


def test_each_site_of_nginx_keeps_no_log() -> None:
    for path in (DEPLOY / "nginx").glob("*.conf"):
        sites = re.findall(r"^server \{.*?^\}", path.read_text(), re.MULTILINE | re.DOTALL)
        for site in sites:
            assert "access_log off;" in site, path.name
            assert "error_log stderr emerg;" in site, path.name


def test_redis_takes_its_file_asks_for_the_password_and_writes_nothing_down() -> None:
    port = free_port()
    with own_folder(Account()) as folder:
        try:
            server = redis_server._program()
        except NotHere as absence:
            leave_out(f"no Redis: {absence}", required_by="REQUIRE_SERVICES")
        command: list[str | Path] = [server, DEPLOY / "redis.conf", "--port", str(port), "--dir", folder]
        process = Account().start(command, folder, folder / "log")
        with started(process, end_by=15):
            address = f"redis://:CHANGE-THIS-PASSWORD@127.0.0.1:{port}/0"
            wait_until(lambda: redis_server._answers(address), process, folder / "log")
            with contextlib.closing(redis.Redis(port=port)) as stranger, pytest.raises(redis.AuthenticationError):
                stranger.ping()
            with contextlib.closing(redis.Redis.from_url(address)) as known:
                assert known.config_get("save") == {"save": ""}
                assert known.config_get("appendonly") == {"appendonly": "no"}
                assert known.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
                known.config_set("slowlog-log-slower-than", "0")  # every command is slow
                known.set("word", "stillness")
                assert known.slowlog_get() == []
        assert not [path for path in folder.iterdir() if path.suffix in {".rdb", ".aof"}]


@pytest.fixture
def own_mask() -> None:
    """Leave the mask as it was: reading settings narrows it, as a start does."""
    os.umask(os.umask(0o077))


def settings_of(path: Path) -> dict[str, str]:
    """Read a file of settings as systemd does."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_the_file_of_settings_starts_nothing_until_it_is_filled_in(tmp_path: Path, own_mask: None) -> None:
    given = {**settings_of(DEPLOY / "sangha.env"), "DATA": str(tmp_path / "data")}
    with pytest.raises(SettingsError, match="SECRET_KEY is missing"):
        from_environment(given)
    given["SECRET_KEY"] = OUTSIDE["SECRET_KEY"]
    with pytest.raises(SettingsError, match="JOURNAL_KEYS is missing"):
        from_environment(given)
    settings = from_environment({**given, "JOURNAL_KEYS": OUTSIDE["JOURNAL_KEYS"]})
    assert (settings.async_mode, settings.processes, settings.sqlite, settings.secure) == ("gevent", 3, False, True)
    assert "PASSWORD" not in repr(settings).replace(settings.mail_url, "")


def test_the_compose_file_runs_the_same_settings_and_names_what_is_there(tmp_path: Path, own_mask: None) -> None:
    told = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = told["services"]
    assert set(services) == {"upgrade", "app1", "app2", "app3", "worker", "nginx", "database", "redis"}
    filled = {
        name: re.sub(r"\$\{(\w+):\?[^}]*\}", lambda given: OUTSIDE[given[1]], value)
        for name, value in services["app1"]["environment"].items()
    }
    settings = from_environment({**filled, "DATA": str(tmp_path / "data")})
    assert settings.processes == sum(name.startswith("app") for name in services)
    told_to_redis = services["redis"]["command"]
    for name in ("--save", "--appendonly", "--maxmemory", "--slowlog-max-len"):
        given = f"{name[2:]} {told_to_redis[told_to_redis.index(name) + 1] or chr(34) * 2}"
        assert given in (DEPLOY / "redis.conf").read_text().splitlines()
    assert "ports" not in services["database"]
    assert "ports" not in services["redis"]
    for mount in services["nginx"]["volumes"]:
        if mount.startswith("./"):
            assert (DEPLOY / mount.partition(":")[0]).is_file()
    within = (DEPLOY / "nginx" / "compose-processes.conf").read_text()
    assert re.findall(r"server (app\d):8000", within) == ["app1", "app2", "app3"]


OUTSIDE = {
    "BASE_URL": "https://community.example.org",
    "SECRET_KEY": "a long and quite random key for tests 5d1c9a",
    "JOURNAL_KEYS": "first:0m1VZ8TUV7YvuTbtqlcQn7k0wBhJ0XzkqDpM7uN8yLE=",
    "DATABASE_PASSWORD": "one",
    "REDIS_PASSWORD": "two",
    "MAIL_URL": "smtp://mail.example.org",
    "MAIL_FROM": "sangha@community.example.org",
}


def test_the_image_is_made_of_what_is_there() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    sources = [line.split()[1] for line in text.splitlines() if line.startswith("COPY")]
    assert sources
    assert all((ROOT / source).exists() for source in sources)
    assert "USER sangha" in text


@pytest.mark.parametrize("unit", ["sangha@.service", "sangha-worker.service"])
def test_systemd_understands_its_units(tmp_path: Path, unit: str) -> None:
    checker = shutil.which("systemd-analyze")
    if checker is None:
        pytest.skip("systemd-analyze is not installed")
    for path in (DEPLOY / "systemd").iterdir():
        text = path.read_text().replace("/opt/sangha/.venv/bin/", str(ROOT / ".venv/bin") + "/")
        (tmp_path / path.name).write_text(text)
    name = unit.replace("@.", "@8001.")
    (tmp_path / name).write_text((tmp_path / unit).read_text())
    said = subprocess.run(
        [checker, "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True, check=False, timeout=60
    )
    about_ours = [line for line in said.stderr.splitlines() if name in line]
    assert not [line for line in about_ours if "Unknown" in line or "not executable" in line], said.stderr
