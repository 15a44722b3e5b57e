"""A whole story in a process of its own, logged as loudly as it goes, with every address noted that it reaches out to.

``python -m tests.security.storied_house FOLDER`` prints as JSON the secrets that were part of the story and the
addresses; what it logs goes to standard error, for the test to read.
"""

import json
import re
import socket
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

import sqlalchemy as sa
from flask import Flask
from werkzeug.serving import make_server

from app import create_app
from community import jobs, live, post_office
from community.config import Settings
from community.db import Base, db, session
from community.events import _after
from community.groups.models import GroupKind, Holding
from community.members import jobs as members_jobs
from community.moderation.models import Case
from community.seals import Ring
from community.threads.facts import PostWritten
from community.threads.models import Post
from tests import factories
from tests.doors import Browser, Live
from tests.factories import inside, make_group
from tests.people import People, make_people
from tests.practices.writing import typed

SAID = {
    "post": "canarypost",
    "title": "canarytitle",
    "note": "canarynote",
    "draft": "canarydraft",
    "flag": "canaryflag",
    "reason": "canaryreason",
    "asking": "canaryasking",
    "password": "canarypassword of eight",
    "wrong password": "canarywrong password",
    "mistyped": "canarymistyped",
    "name": "Canaryname Hadley",
    "email": "canary.person@example.org",
    "agent": "CanaryAgent/1.0",
    "question": "canaryquestion",
    "fault": "canaryfault",
    "page": "canarypage",
    "passage": "canarypassage",
    "answer": "canarywordsback",
    "journal": "canaryjournal",
    "practice": "canarypractice",
}
reached: list[str] = []


def note_address(event: str, args: tuple[Any, ...]) -> None:
    """Note whom this process reaches out to: the interpreter tells of every attempt."""
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        reached.append(str(args[1][0]) if isinstance(args[1], tuple) else str(args[1]))
    elif event == "socket.getaddrinfo":
        reached.append(str(args[0]))


class Storied:
    """The house, its people, and the secrets that come up."""

    def __init__(self, app: Flask, server: str) -> None:
        self.app, self.server, self.people = app, server, make_people()
        self.secrets: list[str] = []

    def browser(self, member: Any) -> Browser:
        found = Browser(self.app, member)
        found.client.environ_base["HTTP_USER_AGENT"] = SAID["agent"]
        with found.client.session_transaction() as cookie:
            self.secrets += [cookie["_user_id"]] if "_user_id" in cookie else []
        return found

    def letter_path(self, kind: str) -> str:
        folder: Path = self.app.extensions["settings"].data_dir / "mail"
        newest = max(folder.glob("*.txt"), key=lambda path: int(path.stem.rpartition("-")[2]))
        path = re.findall(rf"/{kind}/[\w-]+", newest.read_text())[0]
        self.secrets.append(path.rpartition("/")[2])
        return str(path)


def come_in(story: Storied) -> None:
    """Be invited, join, mistype, forget the password, sign in and out."""
    ada, noor = story.browser(story.people.ada), story.browser(None)
    page = ada.post("/invitations", days="7", places="5").get_data(as_text=True)
    token = re.findall(r"/invitations/([\w-]{43})", page)[0]
    story.secrets.append(token)
    person: dict[str, Any] = {"name": SAID["name"], "email": SAID["email"], "password": SAID["password"], "zone": "UTC"}
    noor.get(f"/invitations/{token}?utm={SAID['question']}")
    noor.post(f"/invitations/{token}", **{**person, "zone": SAID["mistyped"]})
    noor.post(f"/invitations/{token}", **person)
    path = story.letter_path("joining")
    noor.get(path)
    noor.post(path)
    noor.post("/sign-out")
    noor.post("/sign-in", email=SAID["email"], password=SAID["wrong password"])
    noor.post("/reset", email=SAID["email"])
    path = story.letter_path("reset")
    noor.get(path)
    noor.post(path, password=SAID["password"] + " more")
    noor.post("/sign-in", email=SAID["email"], password=SAID["password"] + " more")
    noor.get(f"/{SAID['question']}?q={SAID['question']}", headers={"Referer": f"http://x/{SAID['question']}"})


def write_and_decide(story: Storied) -> None:
    """Write, be held, be brought to a teacher, be decided on; with an open socket."""
    people: People = story.people
    ines, maren, viktor = (story.browser(each) for each in (people.ines, people.maren, people.viktor))
    listening = Live(story.server, story.browser(people.jonah).cookie_header())
    sent: dict[str, Any] = {"title": SAID["title"], "source": SAID["post"], "content_note": SAID["note"]}
    ines.post(f"/groups/{people.group.slug}/threads", **sent)
    with inside():
        post = session().scalars(sa.select(Post)).one()
    listening.command("thread:watch", thread=post.thread_id)
    listening.command("thread:watch", thread=SAID["mistyped"])
    listening.command("sit:join", sit=SAID["mistyped"], tab=SAID["question"])
    ines.post(f"/drafts?thread={post.thread_id}", source=SAID["draft"])
    ines.post("/text/preview", source=SAID["draft"])
    maren.post(f"/threads/{post.thread_id}/posts", source=SAID["post"] * 3000)
    maren.post(f"/threads/{post.thread_id}/posts", source=SAID["post"])
    story.browser(people.jonah).post(f"/posts/{post.id}/flags", reason="flag_other", words=SAID["flag"])
    with inside():
        case = session().scalars(sa.select(Case)).one()
    maren.post(f"/cases/{case.id}/decision", verdict="hide", version="1", words=SAID["reason"])
    gate = make_group("Low Gate", kind=GroupKind.BY_REQUEST, teachers=[people.maren], holding=Holding.EVERYTHING)
    viktor.post(f"/groups/{gate.slug}/requests", words=SAID["asking"])
    viktor.post(f"/groups/{people.group.slug}/threads", **sent)
    listening.client.disconnect()


def write_a_practice(story: Storied) -> None:
    """Write a practice for a group, look it over, be refused, and bring one that is none."""
    maren, ines = (story.browser(each) for each in (story.people.maren, story.people.ines))
    said = typed(**dict.fromkeys(("title", "lead", "care", "source"), SAID["practice"]))
    for path in ("/practices/preview", "/practices"):
        maren.post(path, **{**said, "lines-1-words": SAID["practice"]})
    maren.post("/practices", **{**said, "lines-1-time": SAID["practice"]})
    maren.post("/practices/imports", group=story.people.group.slug, words=SAID["practice"])
    maren.get(f"/practices/{SAID['practice']}")
    ines.post("/practices", **said)


def share_a_passage(story: Storied) -> None:
    """Write a page, share a passage of it, be answered, be refused, and take it back."""
    people, ines = story.people, story.browser(story.people.ines)
    page = ines.post("/journal/pages", body=SAID["page"], thought=SAID["page"]).headers["Location"]
    sent: dict[str, Any] = {
        "source": SAID["passage"],
        "reach": f"teachers:{people.group.id}",
        "write_key": str(uuid4()),
        "share": "1",
    }
    teachers = f"{people.maren.id}.{people.tomasz.id}"
    ines.post(f"{page}/passages", **{**sent, "reach": SAID["passage"]})
    passage = ines.post(f"{page}/passages", **sent, seen_by=teachers).headers["Location"]
    story.browser(people.maren).post(f"{passage}/answer", words=SAID["answer"])
    story.browser(people.tomasz).post(f"{passage}/answer", words=SAID["answer"])
    story.browser(people.jonah).post(f"{passage}/answer", words=SAID["answer"])
    ines.post(f"{passage}/withdrawal")
    ines.post(f"{page}/erasure")


def keep_a_journal(story: Storied) -> None:
    """Write a page, have one refused, write on, and find that its key is gone."""
    ines = story.browser(story.people.ines)
    path = ines.post("/journal/pages", body=SAID["journal"], thought=SAID["journal"]).headers["Location"]
    ines.post("/journal/pages", body=SAID["journal"] * 3000)
    ines.post(path, feeling=SAID["journal"])
    ines.post(path, feeling=SAID["journal"], after_drive=SAID["mistyped"], after_drive_kept="y")
    ines.get(f"/journal?before={SAID['question']}")
    ring = story.app.extensions["seals"]
    story.app.extensions["seals"] = Ring([("other", bytes(range(100, 132)))])
    ines.get(path)
    ines.post(path, feeling=SAID["journal"])
    story.app.extensions["seals"] = ring


def broken(*_args: Any, **_kwargs: Any) -> NoReturn:
    """Break, with words that somebody wrote in the fault."""
    raise ValueError(SAID["fault"])


def break_things(story: Storied) -> None:
    """Let views, statements, listeners, jobs, letters and commands fail with somebody's words in the fault."""
    people, app = story.people, story.app
    ines = story.browser(people.ines)
    views: dict[str, Any] = app.view_functions
    rules = live._loaders
    whole = dict(views)
    views["home.privacy"] = broken
    ines.get("/privacy")
    views["home.privacy"] = lambda: session().execute(
        sa.text("INSERT INTO members (email) VALUES (:email)"), {"email": SAID["email"]}
    )
    ines.get("/privacy")
    app.view_functions.update(whole)
    _after.setdefault(PostWritten, []).append(broken)
    ines.post(f"/groups/{people.group.slug}/threads", title=SAID["title"], source=SAID["post"])
    transport = app.extensions["mail_transport"]
    app.extensions["mail_transport"] = broken
    ines.post("/reset", email=SAID["email"])
    post_office.send_waiting()
    app.extensions["mail_transport"] = transport
    with_socket = Live(story.server, ines.cookie_header())
    known = rules["sign_in"]
    rules["sign_in"] = broken
    with_socket.command("sit:snapshot", sit=SAID["question"])
    rules["sign_in"] = known
    with_socket.client.disconnect()
    jobs.job(broken)()
    members_jobs.note_seen()


def main(folder: Path) -> None:
    """Tell the story."""
    sys.addaudithook(note_address)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'community.db'}",
        secret_keys=("a long and quite random key for tests 0c33f1",),
        journal_keys=(("told", bytes(range(32))),),
        base_url=f"http://127.0.0.1:{port}",
        mail_url=f"file:{folder / 'mail'}",
        testing=True,
        log_level="DEBUG",
    )
    app = create_app(settings)
    with app.app_context():
        Base.metadata.create_all(db.engine)
    factories.house["app"] = app
    serving = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    story = Storied(app, settings.base_url)
    come_in(story)
    write_and_decide(story)
    write_a_practice(story)
    share_a_passage(story)
    keep_a_journal(story)
    break_things(story)
    serving.shutdown()
    secrets = [*SAID.values(), *story.secrets, *settings.secret_keys, "@example.org"]
    print(json.dumps({"secrets": secrets, "reached": sorted(set(reached))}))  # noqa: T201 - this is what the test reads


if __name__ == "__main__":
    main(Path(sys.argv[1]))
