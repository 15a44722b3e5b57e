"""Rows put straight into the data of a running demo, where a story needs more of something than it is about."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from community.members.passwords import hashed
from community.practices.library import STARTER
from community.text import RENDERER_VERSION
from tests.browser.server import Server

THREAD = """
INSERT INTO threads (group_id, author_id, title, excerpt, status, last_position, opening_gone, last_activity_at,
  created_at)
SELECT groups.id, members.id, ?, 'Many posts.', 'visible', ?, false, strftime('%Y-%m-%d %H:%M:%f', 'now') || '000',
  strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'
FROM groups, members WHERE groups.slug = ? AND members.email = ?
"""
POST = """
INSERT INTO posts (thread_id, author_id, position, is_opening, source, html, renderer, content_note, status, version,
  created_at, published_at)
SELECT id, author_id, ?, ?, ?, ?, ?, '', 'visible', 1, created_at, created_at FROM threads WHERE id = ?
"""

SIT = """
INSERT INTO sit_series (group_id, title, plan, wall_start, zone, leader_id, made_by_id, status, created_at)
SELECT groups.id, ?, ?, ?, ?, members.id, members.id, 'planned', groups.created_at
FROM groups, members WHERE groups.slug = ? AND members.email = ?
"""


def thread_of(server: Server, title: str, posts: Iterable[tuple[str, str]], *, group: str, by: str) -> str:
    """Put a thread of one writer into a group, each post as (source, html); gives the thread's address."""
    written = list(posts)
    with closing(sqlite3.connect(server.data / "community.db", timeout=30)) as rows, rows:
        thread = rows.execute(THREAD, (title, len(written), group, f"{by}@example.org")).lastrowid
        rows.executemany(
            POST,
            [
                (position, position == 1, source, html, RENDERER_VERSION, thread)
                for position, (source, html) in enumerate(written, start=1)
            ],
        )
    return f"/threads/{thread}"


def sit_of(server: Server, title: str, starts: datetime, *, group: str, by: str, plan: str | dict[str, Any]) -> str:
    """Put a single sit, led by a teacher, into a group's calendar; gives the address of its room."""
    data = STARTER[plan].plan.to_json() if isinstance(plan, str) else plan
    zone = "Europe/Lisbon"
    wall = starts.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    with closing(sqlite3.connect(server.data / "community.db", timeout=30)) as rows, rows:
        made = rows.execute(
            SIT, (title, json.dumps(data), wall.isoformat(), zone, group, f"{by}@example.org")
        ).lastrowid
    return f"/groups/{group}/sits/{made}-{starts:%Y%m%dT%H%M%SZ}"


def open_all_doors(server: Server, password: str) -> None:
    """Give everybody in the demo one password, so that any of them can come in."""
    with closing(sqlite3.connect(server.data / "community.db", timeout=30)) as rows, rows:
        rows.execute("UPDATE members SET password_hash = ?", (hashed(password),))
