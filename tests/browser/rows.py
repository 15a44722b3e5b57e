"""Rows put straight into the data of a running demo, where a story needs more of something than it is about."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing

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
