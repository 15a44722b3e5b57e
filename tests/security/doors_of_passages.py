"""The rows of passages: who is answered what, in every state of one."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

from tests.security.scene import READERS, SIGNED_IN, TEACHERS
from tests.security.table import ABSENT, AUTHOR, LATE, Row, alike, answers, things

PASSAGES = {
    "passage:group": READERS,
    "passage:hidden": READERS,
    "passage:teachers": TEACHERS | AUTHOR,
    "passage:taken": READERS,
    "passage:notebook": READERS,
}
WHOSE = {name: frozenset({"maren"}) if name == "passage:notebook" else AUTHOR for name in PASSAGES}
THEIRS_ALONE = answers(AUTHOR, others=ABSENT, out=ABSENT, new=ABSENT)


def passages(may: Mapping[str, frozenset[str]], **more: Mapping[str, str]) -> list[Row]:
    """Give a row for each state of a passage."""
    return things(PASSAGES, "passage_id", may, **more)


SHARED: dict[str, list[Row]] = {
    "GET /journal/pages/<id:entry_id>/passages/new": [Row(THEIRS_ALONE, {"entry_id": "@journal:page"})],
    "POST /journal/pages/<id:entry_id>/passages": [
        Row(
            THEIRS_ALONE,
            {"entry_id": "@journal:page"},
            {"source": "One sentence.", "reach": "@reach", "wants": "", "write_key": str(uuid4()), "share": "1"},
        )
    ],
    "GET /passages": alike(SIGNED_IN),
    "GET /passages/<id:passage_id>": passages(PASSAGES),
    "GET /passages/<id:passage_id>/words": passages(PASSAGES),
    "GET /passages/line": alike(SIGNED_IN),
    "POST /passages/<id:passage_id>/withdrawal": passages(WHOSE),
    "POST /passages/<id:passage_id>/answer": [
        replace(row, answers={**row.answers, **dict.fromkeys(TEACHERS, LATE)})
        if row.args["passage_id"] == "@passage:teachers"
        else row
        for row in passages({}, fields={"words": "I know that place."})
    ],
    "POST /passages/<id:passage_id>/notebook": passages({"passage:notebook": frozenset({"maren"})}),
    "POST /passages/<id:passage_id>/notebook/withdrawal": passages(WHOSE),
}
