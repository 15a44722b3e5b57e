"""What is private is sealed: words go into the database as a box that only a key outside of it opens.

AES-256-GCM with a random nonce of 96 bits. What a box is bound to (whose it is, row, table, column) is no part of
it, yet it opens nowhere else: a box that is moved to another row or member stays shut. Slices register the columns
that hold boxes, so that a new key reaches all of them.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import sqlalchemy as sa
from flask import Flask, current_app

from community.db import Base, session

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES: Final = 12
BATCH: Final = 200  # rows that are sealed anew in one transaction


class Unreadable(Exception):  # noqa: N818 - it says how the box is
    """A box does not open: its key is not on the ring, or it is not what was sealed, or not where."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Words in a box, and the name of the key that opens it."""

    key_id: str
    box: bytes


Open = Callable[[bytes, str], str]  # a box, and what it is bound to


class Ring:
    """The keys that open what was sealed; the first one seals."""

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        self._keys = dict(keys)
        self._ready: dict[str, AESGCM] = {}

    @property
    def first(self) -> str:
        """Name the key that seals; raises RuntimeError where there is none."""
        for name in self._keys:
            return name
        raise RuntimeError("there is no key to seal with")

    def seal(self, words: str, *, bound_to: str) -> Sealed:
        """Put words into a box."""
        nonce = os.urandom(NONCE_BYTES)
        key_id = self.first
        return Sealed(key_id, nonce + self._lock(key_id).encrypt(nonce, words.encode(), bound_to.encode()))

    def opener(self, key_id: str) -> Open:
        """Give what opens boxes that were sealed with a key; it and what it gives raise Unreadable."""
        if key_id not in self._keys:
            raise Unreadable
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - some megabytes, for who keeps a journal

        decrypt = self._lock(key_id).decrypt

        def opened(box: bytes, bound_to: str) -> str:
            try:
                return decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], bound_to.encode()).decode()
            except (InvalidTag, ValueError) as error:
                raise Unreadable from error

        return opened

    def unseal(self, sealed: Sealed, *, bound_to: str) -> str:
        """Open a box; raises Unreadable."""
        return self.opener(sealed.key_id)(sealed.box, bound_to)

    def _lock(self, key_id: str) -> "AESGCM":
        if key_id not in self._ready:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

            self._ready[key_id] = AESGCM(self._keys[key_id])
        return self._ready[key_id]


def init_app(app: Flask, keys: Sequence[tuple[str, bytes]]) -> None:
    """Give an application its keys."""
    app.extensions["seals"] = Ring(keys)


def seal(words: str, *, bound_to: str) -> Sealed:
    """Put words into a box that opens only where it is bound to, see ``place_of``."""
    return _ring().seal(words, bound_to=bound_to)


def unseal(sealed: Sealed, *, bound_to: str) -> str:
    """Open a box; raises Unreadable."""
    return _ring().unseal(sealed, bound_to=bound_to)


def opener(key_id: str) -> Open:
    """Give what opens boxes that were sealed with a key, for several of them; it and what it gives raise Unreadable."""
    return _ring().opener(key_id)


def place_of(table: str, column: str, *, owner_id: int, row_id: int) -> str:
    """Say what the box in this column of a row is bound to."""
    return f"{table}.{column}/{owner_id}/{row_id}"


def first_key() -> str:
    """Name the key that seals."""
    return _ring().first


# --- a new key ---


@dataclass(frozen=True)
class SealedRows:
    """Where a table keeps boxes: the columns share the key that ``key`` names, and ``owner`` says whose they are."""

    model: type[Base]
    columns: tuple[str, ...]
    owner: str
    key: str = "key_id"

    @property
    def table(self) -> sa.Table:
        """Give the table itself."""
        return self.model.__table__  # type: ignore[return-value]


_sealed_rows: dict[tuple[str, str], SealedRows] = {}


def register_sealed(rows: SealedRows) -> None:
    """Let a slice name columns that hold boxes."""
    _sealed_rows[rows.table.name, rows.key] = rows


def sealed_rows() -> list[SealedRows]:
    """List every place where boxes are kept."""
    return list(_sealed_rows.values())


@dataclass(frozen=True)
class Batch:
    """What one transaction sealed anew, which rows it had to leave, and after which row the next one begins."""

    sealed: int
    unreadable: int
    last_id: int


def seal_anew(rows: SealedRows, *, after_id: int) -> Batch | None:
    """Seal the next rows with the first key, inside a transaction of the caller's; None when there are no more.

    A row that does not open stays as it is. Rows are locked before they are read, so who writes meanwhile waits.
    """
    table, first = rows.table, _ring().first
    other = sa.and_(table.c[rows.key].is_not(None), table.c[rows.key] != first)
    asked = sa.select(table).where(other, table.c.id > after_id).order_by(table.c.id).limit(BATCH).with_for_update()
    found = session().connection().execute(asked).mappings().all()
    if not found:
        return None
    unreadable = 0
    for row in found:
        try:
            boxes = dict(_sealed_anew(rows, row))
        except Unreadable:
            unreadable += 1
            continue
        session().connection().execute(
            sa.update(table).where(table.c.id == row["id"]).values({**boxes, rows.key: first})
        )
    return Batch(len(found) - unreadable, unreadable, found[-1]["id"])


def _sealed_anew(rows: SealedRows, row: sa.RowMapping) -> Iterator[tuple[str, bytes]]:
    for column in rows.columns:
        box: bytes | None = row[column]
        if box is not None:
            place = place_of(rows.table.name, column, owner_id=row[rows.owner], row_id=row["id"])
            yield column, seal(unseal(Sealed(row[rows.key], box), bound_to=place), bound_to=place).box


def _ring() -> Ring:
    return cast("Ring", current_app.extensions["seals"])
