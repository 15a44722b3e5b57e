"""Settings from the environment, typed, and checked at the start with one clear sentence each."""

import base64
import binascii
import importlib.util
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from email_validator import EmailNotValidError, validate_email

MINIMUM_SECRET_CHARACTERS = 32
WEAK_SECRETS = frozenset({"secret", "changeme", "change-me", "dev", "development", "default"})
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
SOCKETS = {"threading": 200, "gevent": 3000}  # that one process carries: a thread each, or a greenlet
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
USUAL_PORTS = {"http": 80, "https": 443}
LAST_PORT = 65535
JOURNAL_KEY_BYTES = 32  # AES-256
JOURNAL_KEY = re.compile(r"([A-Za-z0-9_-]{1,24}):([A-Za-z0-9+/_-]{43}=?)")


class SettingsError(SystemExit):
    """A setting does not fit; the text names it and says what would."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the application may be told from outside; README has the table."""

    data_dir: Path
    database_url: str = field(repr=False)  # may hold a password, as REDIS_URL may
    secret_keys: tuple[str, ...] = field(repr=False)
    base_url: str
    journal_keys: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)  # id and key; the first one seals
    demo: bool = False
    community_name: str = "Sangha"
    mail_url: str = "console:"
    mail_from: str = "sangha@example.org"
    redis_url: str = field(default="", repr=False)
    async_mode: str = "threading"
    processes: int = 1
    socket_limit: int = 200
    behind_proxies: int = 0
    testing: bool = False
    log_level: str = "INFO"

    @property
    def secure(self) -> bool:
        """Whether people reach us by https, so that cookies must say so."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def host(self) -> str:
        """The host (and port) that people reach us by."""
        return urlsplit(self.base_url).netloc

    @property
    def sqlite(self) -> bool:
        """Whether the database is a file beside us."""
        return self.database_url.startswith("sqlite")


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check the settings, and make the data folder; raises SettingsError, which says what to do."""
    env = dict(os.environ if environ is None else environ)
    demo = _switch(env, "DEMO")
    data_dir = Path(env.get("DATA", "data")).expanduser().resolve()
    port = _number(env, "PORT", 8000, low=1, high=LAST_PORT)
    base_url = _normal(env.get("BASE_URL") or f"http://127.0.0.1:{port}")
    async_mode = env.get("ASYNC_MODE") or "threading"
    _make_folder(data_dir)
    settings = Settings(
        data_dir=data_dir,
        database_url=env.get("DATABASE_URL") or f"sqlite:///{data_dir / 'community.db'}",
        secret_keys=_secret_keys(env, data_dir, base_url),
        base_url=base_url,
        journal_keys=_journal_keys(env, data_dir, base_url),
        demo=demo,
        community_name=env.get("COMMUNITY_NAME", "Sangha"),
        mail_url=env.get("MAIL_URL") or "console:",
        mail_from=env.get("MAIL_FROM", "sangha@example.org"),
        redis_url=env.get("REDIS_URL", ""),
        async_mode=async_mode,
        processes=_number(env, "PROCESSES", 1, low=1, high=64),
        socket_limit=_number(env, "SOCKET_LIMIT", SOCKETS.get(async_mode, 1), low=1, high=5000),
        behind_proxies=_number(env, "BEHIND_PROXIES", 0, low=0, high=3),
        log_level=env.get("LOG_LEVEL", "INFO").upper(),
    )
    _check(settings)
    return settings


def _normal(base_url: str) -> str:
    """Give the address as browsers say it: lower case, without the port that goes without saying."""
    parts = _parts("BASE_URL", base_url.rstrip("/"))
    beside = parts.path or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in USUAL_PORTS or not parts.hostname or beside:
        raise SettingsError("BASE_URL must look like https://community.example.org, without a path.")
    if ":" in parts.hostname:  # Werkzeug trusts no such Host header
        raise SettingsError("BASE_URL must name its host, or give an IPv4 address: http://localhost:8000, say.")
    port = "" if parts.port in {None, USUAL_PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"


def _parts(name: str, address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port  # looked at here, since it is not read before it is asked for
    except ValueError as wrong:
        raise SettingsError(f"{name} is not an address: look at its host and its port.") from wrong
    return parts


def _make_folder(data_dir: Path) -> None:
    """Make the data folder; what this process writes, there and elsewhere, no other account of the machine reads."""
    os.umask(0o077)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise SettingsError(f"DATA: the folder {data_dir} cannot be made ({wrong.strerror}).") from wrong


def _secret_keys(env: Mapping[str, str], data_dir: Path, base_url: str) -> tuple[str, ...]:
    """Take the key from the environment, or keep a made one in the data folder, readable by us alone.

    The made key is for one machine that people reach by loopback; anything else must be given its key.
    """
    given = env.get("SECRET_KEY", "")
    if given:
        older = tuple(key for key in env.get("SECRET_KEY_FALLBACKS", "").split(",") if key)
        return (given, *older)
    if (urlsplit(base_url).hostname or "") not in LOOPBACK_HOSTS:
        raise SettingsError("SECRET_KEY is missing: give one of at least 32 random characters, by environment.")
    return (_kept_key(data_dir),)


def _kept_key(data_dir: Path) -> str:
    path = data_dir / "secret_key"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def _journal_keys(env: Mapping[str, str], data_dir: Path, base_url: str) -> tuple[tuple[str, bytes], ...]:
    """Take the keys of what is sealed from the environment, or keep a made one beside the database, for us alone.

    As with SECRET_KEY a made one is for one machine that people reach by loopback.
    """
    given, kept = env.get("JOURNAL_KEYS", "").strip(), data_dir / "journal_keys"
    if not given:
        if (urlsplit(base_url).hostname or "") not in LOOPBACK_HOSTS:
            raise SettingsError("JOURNAL_KEYS is missing: give id:key, the key being 32 random bytes in base64.")
        _make_journal_key(kept)
        given = kept.read_text()
    found = [JOURNAL_KEY.fullmatch(each.strip()) for each in given.split(",")]
    keys = [(each[1], _key_bytes(each[2])) for each in found if each]
    if len(keys) < len(found) or len({name for name, _ in keys}) < len(keys):
        raise SettingsError("JOURNAL_KEYS must be id:key, or several with commas, each key 32 random bytes in base64.")
    return tuple(keys)


def _key_bytes(text: str) -> bytes:
    try:
        key = base64.b64decode(text.rstrip("=").translate(str.maketrans("-_", "+/")) + "=", validate=True)
    except binascii.Error:
        key = b""
    if len(key) != JOURNAL_KEY_BYTES or len(set(key)) < JOURNAL_KEY_BYTES // 2:
        raise SettingsError("JOURNAL_KEYS holds a key that is too easy to guess: give 32 random bytes in base64.")
    return key


def _make_journal_key(path: Path) -> None:
    """Make the key once, wholly there or not at all, and on the disk before anything is sealed with it."""
    if path.exists():
        return
    begun = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write("first:" + base64.b64encode(secrets.token_bytes(JOURNAL_KEY_BYTES)).decode())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(begun, path)
    except FileExistsError:
        pass  # another process was quicker, and its key is the one
    finally:
        begun.unlink()


def _check(settings: Settings) -> None:
    for key in settings.secret_keys:
        if len(key) < MINIMUM_SECRET_CHARACTERS or key.lower() in WEAK_SECRETS or len(set(key)) < 8:  # noqa: PLR2004
            raise SettingsError("SECRET_KEY is too easy to guess: give at least 32 random characters.")
    on_loopback = (urlsplit(settings.base_url).hostname or "") in LOOPBACK_HOSTS
    if not settings.secure and not on_loopback:
        raise SettingsError("BASE_URL must begin with https:// unless it is 127.0.0.1 or localhost.")
    if not settings.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError("DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://.")
    if settings.log_level not in LOG_LEVELS:
        raise SettingsError(f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}.")
    _check_way_to_run(settings)
    _check_mail(settings, on_loopback=on_loopback)


def _check_way_to_run(settings: Settings) -> None:
    """Let only those parts run together that do: docs/operations.md tells of the two ways."""
    if settings.async_mode not in SOCKETS:
        raise SettingsError(f"ASYNC_MODE must be {' or '.join(SOCKETS)}.")
    if settings.redis_url and not settings.redis_url.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsError("REDIS_URL must begin with redis://, rediss:// or unix://.")
    _parts("REDIS_URL", settings.redis_url)
    for wrong, sentence in (
        (
            settings.sqlite and settings.redis_url,
            "REDIS_URL needs PostgreSQL: give its DATABASE_URL, or leave Redis out.",
        ),
        (
            settings.sqlite and settings.async_mode == "gevent",
            "ASYNC_MODE=gevent needs PostgreSQL, since one write to SQLite would halt every request.",
        ),
        (
            settings.sqlite and settings.processes > 1,
            "PROCESSES above 1 needs PostgreSQL: give its DATABASE_URL, or run one process on SQLite.",
        ),
        (
            settings.processes > 1 and not settings.redis_url,
            "PROCESSES above 1 needs Redis, by which they share who is here: give its REDIS_URL.",
        ),
    ):
        if wrong:
            raise SettingsError(sentence)
    for name, given, package in (
        ("ASYNC_MODE=gevent", settings.async_mode == "gevent", "gevent"),
        ("REDIS_URL", bool(settings.redis_url), "redis"),
        ("DATABASE_URL", not settings.sqlite, "psycopg"),
    ):
        if given and importlib.util.find_spec(package) is None:
            raise SettingsError(f"{name} needs the package {package}: pip install -r requirements-scale.lock")


def _check_mail(settings: Settings, *, on_loopback: bool) -> None:
    if not settings.mail_url.startswith(("console:", "file:", "smtp://", "smtps://")):
        raise SettingsError("MAIL_URL must be console:, file:FOLDER, smtp://… or smtps://….")
    _parts("MAIL_URL", settings.mail_url)
    if settings.mail_url.startswith("console:") and not on_loopback:
        raise SettingsError(
            "MAIL_URL is missing: console: would write the links of letters into the journal. Give smtp://… or smtps://…."
        )
    sender = parseaddr(settings.mail_from)[1] if settings.mail_from.isprintable() else ""
    try:
        validate_email(sender, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as wrong:
        raise SettingsError("MAIL_FROM must be an email address, such as sangha@community.example.org.") from wrong


def _switch(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "").lower()
    if value in {"", "0", "no", "off", "false"}:
        return False
    if value in {"1", "yes", "on", "true"}:
        return True
    raise SettingsError(f"{name} must be 1 or 0.")


def _number(env: Mapping[str, str], name: str, default: int, *, low: int, high: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdecimal() or not low <= int(text) <= high:
        raise SettingsError(f"{name} must be a whole number from {low} to {high}.")
    return int(text)
