"""What the processes of one house share: short documents, duties and word to all, by Redis or in memory.

Redis is a convenience and never the truth: whoever asks it may meet ``Away`` at once, and goes on without. Without
``REDIS_URL`` everything here lives in the memory of this one process, and the redis package is not even imported.
"""

import json
import re
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    import redis

log = structlog.get_logger("community.shared")

ANSWER_SECONDS = 0.5  # a Redis that takes longer is away: no page waits for it
PROBE_SECONDS = 1.0
DUTY_SECONDS = 2.0  # how long a duty is kept without being renewed
ASKED_AGAIN_SECONDS = 0.4  # how often a process asks for a duty that another one keeps
QUIET_ROUNDS = 3  # how often a second may pass in which nothing is heard, not even an answer to our own call
NOTICED_SECONDS = 2.0  # how long an ear that works again still counts as deaf: until every line has been hung up
UNSENT = 1000  # words to the others that are kept while Redis is away

Document = dict[str, Any]
Step = Callable[[Document | None], Document | None]
Handler = Callable[..., None]

_handlers: dict[str, Handler] = {}

KEEP_DUTY = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0
"""
# A Redis that says this cannot do what it is asked just now; whatever else it refuses is a fault of ours.
UNABLE = re.compile(r"(?:^|[\s-])(OOM|MISCONF|LOADING|READONLY|BUSY|MASTERDOWN|NOREPLICAS|CLUSTERDOWN)\b")

CHANGE_CELL = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1
"""


class Away(Exception):  # noqa: N818 - a state that its callers live with
    """Redis does not answer just now; it is asked again every second."""


class Alone:
    """One process: everything is here."""

    def __init__(self) -> None:
        self._cells: dict[str, tuple[str, float]] = {}
        self._lock = threading.RLock()

    def leads(self, duty: str) -> bool:  # noqa: ARG002
        """Keep every duty."""
        return True

    def change(self, name: str, ttl_seconds: float, step: Step) -> Document | None:
        """Change a document under one lock; it is kept as its JSON, as it would be in Redis."""
        with self._lock:
            at = time.monotonic()
            self._cells = {key: cell for key, cell in self._cells.items() if cell[1] > at}
            text, _ = self._cells.get(name, ("", 0.0))
            new = step(_read(text))
            self._cells.pop(name, None)
            if new is not None:
                self._cells[name] = (_write(new), at + ttl_seconds)
            return new

    def read(self, name: str) -> Document | None:
        """Give a document that still counts."""
        with self._lock:
            text, until = self._cells.get(name, ("", 0.0))
        return _read(text) if until > time.monotonic() else None

    def tell(self, topic: str, payload: Document) -> None:
        """Tell nobody else: there is nobody."""


class Together:
    """Several processes by one Redis, each with a breaker: after one failure nobody waits until a probe is answered."""

    def __init__(self, url: str) -> None:
        import redis  # noqa: PLC0415 - only where it is used; the small way runs without it
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.retry import Retry  # noqa: PLC0415

        self.node = secrets.token_hex(8)
        self._errors = (redis.RedisError, OSError)
        self._refusals = redis.ResponseError
        # One more try where a kept connection was closed behind our back; none where nothing answers.
        again = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
        self.redis: redis.Redis = redis.Redis.from_url(
            url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS, retry=again
        )
        self.store = int(self.redis.get_connection_kwargs().get("db") or 0)
        self._away_since: float | None = None
        self._probed_at = 0.0
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[bool, float]] = {}  # duty -> (ours?, until when that is known)
        self._deaf_until: dict[str, float] = {}  # channel -> until when words on it count as missed
        self._unsent: deque[str] = deque(maxlen=UNSENT)
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def away(self) -> bool:
        """Whether Redis has not answered and no probe has been answered since."""
        if self._away_since is not None and not self._threads and time.monotonic() - self._probed_at >= PROBE_SECONDS:
            self._probe()  # a command has nobody who probes beside it
        return self._away_since is not None

    @contextmanager
    def asking(self) -> Iterator["redis.Redis"]:
        """Give Redis to ask; where it does not answer, or cannot, it is Away for everybody until it does again."""
        if self._ended.is_set() or self.away:
            raise Away
        try:
            yield self.redis
        except self._errors as failed:
            if self._is_fault(failed):
                raise
            self.found_away(failed)
            raise Away from failed
        finally:
            if self._ended.is_set():  # while we asked; nobody else would close what was opened meanwhile
                self.redis.close()

    def _is_fault(self, failed: BaseException) -> bool:
        """Whether Redis is well and has refused what it was asked."""
        said = f"{getattr(failed, 'status_code', '')} {failed}"  # the library takes some of these words out of the text
        return isinstance(failed, self._refusals) and not UNABLE.search(said)

    @property
    def deaf(self) -> bool:
        """Whether words of the others are not heard, or were not until a moment ago."""
        at = time.monotonic()
        return any(until > at for until in list(self._deaf_until.values()))

    def found_away(self, failed: BaseException) -> None:
        """Open the breaker: somebody met a Redis that does not answer."""
        with self._lock:
            first, self._away_since = self._away_since is None, self._away_since or time.monotonic()
            self._probed_at = time.monotonic()
            self._kept.clear()
        if first:
            log.warning("redis_away", error=type(failed).__name__)

    def channel(self, name: str) -> str:
        """Name a channel of this store: Redis itself does not keep the channels of its numbered stores apart."""
        return f"community:{self.store}:{name}"

    def leads(self, duty: str) -> bool:
        """Say whether this process keeps a duty now; while Redis is away nobody does."""
        asked_at = time.monotonic()
        ours, until = self._kept.get(duty, (False, 0.0))
        if asked_at < until - (DUTY_SECONDS / 2 if ours else 0.0):
            return ours
        try:
            with self.asking() as redis:
                milliseconds = int(DUTY_SECONDS * 1000)
                ours = bool(redis.eval(KEEP_DUTY, 1, f"duty:{duty}", self.node, milliseconds))
        except Away:
            return False
        # Counted from before the question, and a little short: never two who both believe it.
        self._kept[duty] = (ours, asked_at + (DUTY_SECONDS - 0.1 if ours else ASKED_AGAIN_SECONDS))
        return ours

    def change(self, name: str, ttl_seconds: float, step: Step) -> Document | None:
        """Change a document by compare-and-set, again and again until nobody was quicker."""
        key, milliseconds = f"cell:{name}", max(1, int(ttl_seconds * 1000))
        while True:
            with self.asking() as redis:
                text = _text(redis.get(key))
            new = step(_read(text))  # outside of asking: what the step raises is the step's own
            written = "" if new is None else _write(new)
            with self.asking() as redis:
                if redis.eval(CHANGE_CELL, 1, key, text, written, milliseconds):
                    return new

    def read(self, name: str) -> Document | None:
        """Give a document as it is now."""
        with self.asking() as redis:
            return _read(_text(redis.get(f"cell:{name}")))

    def tell(self, topic: str, payload: Document) -> None:
        """Give word to the other processes; while Redis is away it is kept for when it is back."""
        self._unsent.append(json.dumps({"from": self.node, "topic": topic, "with": payload}))
        self._send()

    def _send(self) -> None:
        try:
            while self._unsent:
                words = self._unsent.popleft()
                try:
                    with self.asking() as redis:
                        redis.publish(self.channel("everywhere"), words)
                except Away:
                    self._unsent.appendleft(words)
                    raise
        except (Away, IndexError):
            return

    def begin(self, context: Callable[[], AbstractContextManager[Any]]) -> None:
        """Start to listen to the others and to look after Redis; ``context`` is entered around each handler."""
        work = {"shared-listen": lambda: self._listen(context), "shared-watch": self._watch}
        self._threads = [threading.Thread(target=run, name=name, daemon=True) for name, run in work.items()]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Stop listening; the process goes away."""
        self._ended.set()
        for thread in self._threads:
            thread.join(3)
        self.redis.close()

    def _watch(self) -> None:
        while not self._ended.wait(PROBE_SECONDS):
            try:
                self._probe()
                self._send()
            except Exception:
                log.exception("redis_not_watched")

    def _probe(self) -> None:
        self._probed_at = time.monotonic()
        try:
            self.redis.set(self.channel("probe"), self.node, px=int(DUTY_SECONDS * 1000))  # one that is full is away
        except self._errors as failed:
            self.found_away(failed)
            return
        if self._away_since is not None:
            log.info("redis_back", after_seconds=round(time.monotonic() - self._away_since, 1))
            self._away_since = None

    def heard_on(self, channel: str) -> Iterator[bytes]:
        """Give what is said on a channel, one after the other; raises Away when that breaks off.

        A connection may be gone without a word, so Redis is called where nobody speaks, and has to answer.
        """
        try:
            with self.redis.pubsub(ignore_subscribe_messages=True) as ear:  # type: ignore[no-untyped-call]
                ear.subscribe(channel)
                if channel in self._deaf_until:
                    self._deaf_until[channel] = time.monotonic() + NOTICED_SECONDS
                quiet = 0
                while not self._ended.is_set():
                    heard = ear.get_message(timeout=PROBE_SECONDS)
                    if heard is not None and heard["type"] == "message":
                        yield heard["data"]
                    quiet = 0 if heard is not None else quiet + 1
                    if quiet > QUIET_ROUNDS:
                        raise TimeoutError
                    if quiet:
                        ear.ping()
        except self._errors as failed:
            known, self._deaf_until[channel] = self._deaf_until.get(channel), float("inf")
            if known != float("inf") and not self._ended.is_set():
                log.warning("redis_not_heard", error=type(failed).__name__)
            raise Away from failed

    def _listen(self, context: Callable[[], AbstractContextManager[Any]]) -> None:
        while not self._ended.wait(0):
            try:
                for words in self.heard_on(self.channel("everywhere")):
                    self._hear(words, context)
            except Away:
                self._ended.wait(ANSWER_SECONDS)

    def _hear(self, words: bytes, context: Callable[[], AbstractContextManager[Any]]) -> None:
        """Do here what another process has told; a word that nobody of ours could have said is passed over."""
        try:
            told = json.loads(words)
            handler, payload = _handlers.get(told["topic"]), told["with"]
            if told["from"] == self.node or handler is None:
                return
            with context():
                handler(**payload)
        except Exception:
            log.exception("word_not_followed")


_ground: dict[str, Alone | Together] = {"ours": Alone()}


def init(redis_url: str = "") -> None:
    """Choose the way to share: by the Redis at this address, or by memory."""
    end()
    _ground["ours"] = Together(redis_url) if redis_url else Alone()


def begin(context: Callable[[], AbstractContextManager[Any]] = nullcontext) -> None:
    """Start what runs beside the requests, in the process that serves (never before a fork)."""
    ours = _ground["ours"]
    if isinstance(ours, Together):
        ours.begin(context)


def end() -> None:
    """Let go of Redis."""
    ours = _ground["ours"]
    if isinstance(ours, Together):
        ours.end()


def is_shared() -> bool:
    """Whether there may be other processes: REDIS_URL is set."""
    return isinstance(_ground["ours"], Together)


def is_away() -> bool:
    """Whether there is a Redis and it does not answer just now, or what others say by it is not heard."""
    ours = _ground["ours"]
    return isinstance(ours, Together) and (ours.away or ours.deaf)


@contextmanager
def asking() -> Iterator["redis.Redis"]:
    """Give Redis to ask; raises Away, at once while it is known to be away and after half a second else."""
    ours = _ground["ours"]
    if not isinstance(ours, Together):
        raise Away
    with ours.asking() as redis:
        yield redis


def pool() -> Any:
    """Give the connections to Redis, for libraries that ask it in their own words, inside of ``asking``."""
    ours = _ground["ours"]
    if not isinstance(ours, Together):
        raise Away
    return ours.redis.connection_pool


def channel(name: str) -> str:
    """Name a channel that only the processes of this house listen to."""
    ours = _ground["ours"]
    return ours.channel(name) if isinstance(ours, Together) else name


def heard_on(name: str) -> Iterator[bytes]:
    """Give what is said on a channel, one after the other; raises Away when that breaks off, or where there is none."""
    ours = _ground["ours"]
    if not isinstance(ours, Together):
        raise Away
    return ours.heard_on(name)


def leads(duty: str) -> bool:
    """Say whether this process keeps a duty now: never two at once, and another within two seconds of a death."""
    return _ground["ours"].leads(duty)


def everywhere(topic: str) -> Callable[[Handler], Handler]:
    """Register what every process does on a topic; it gets ids and words by name, and may run twice."""

    def register(handler: Handler) -> Handler:
        _handlers[topic] = handler
        return handler

    return register


def tell_everywhere(topic: str, **payload: Any) -> None:
    """Do something here at once, and let every other process do it."""
    try:
        _handlers[topic](**payload)
    finally:
        _ground["ours"].tell(topic, payload)


class Cell:
    """A small JSON document that all processes share, gone ``ttl_seconds`` after its last change."""

    def __init__(self, name: str, ttl_seconds: float) -> None:
        self.name, self.ttl_seconds = name, ttl_seconds

    def change(self, step: Step) -> Document | None:
        """Give the document to a pure step, which may run more than once, and keep what it gives; None ends it.

        Raises Away where Redis does not answer; the change may then have happened or not.
        """
        return _ground["ours"].change(self.name, self.ttl_seconds, step)

    def read(self) -> Document | None:
        """Give the document as it is now."""
        return _ground["ours"].read(self.name)


def _read(text: str) -> Document | None:
    return json.loads(text) if text else None


def _write(document: Document) -> str:
    return json.dumps(document, separators=(",", ":"))


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else ""
