"""The table itself: every route of the house. A new route fails the access test until it has its row here."""

from dataclasses import replace

from tests.security.doors_of_editing import EDITING
from tests.security.doors_of_passages import SHARED
from tests.security.scene import KINDS, READERS, SIGNED_IN, TEACHERS
from tests.security.table import (
    ABSENT,
    ADMIN,
    AGREE,
    ASIDE,
    AUTHOR,
    EVERYBODY,
    HELD,
    HIDDEN,
    IN,
    LATE,
    LOUD,
    NEW,
    NO,
    NONE,
    POSTS,
    THREADS,
    VISIBLE,
    Row,
    alike,
    answers,
    cases,
    groups,
    late,
    links,
    posts,
    practices,
    sits,
    sits_to_come,
    sits_too_early,
    things,
    threads,
    tokens,
    where,
)

OUT_BUT_REMOVED = frozenset({"asha", "viktor", "odile", "ada"})
FREE = dict.fromkeys(EVERYBODY, IN)
WORDS = {"words": "Because of the tone."}
AGREED = {"source": "We keep what is said here.", "follows": "1"}
SENT = {"source": "A sentence of mine.", "title": "A title"}
PERSON = {"member_id": "@ines"}

# A link into a group lets in who is not in. Who was removed needs one that a teacher made afterwards.
INTO_GROUP = FREE | dict.fromkeys(READERS | NEW, LATE)
LINKS = {
    "community": FREE | dict.fromkeys(SIGNED_IN, LATE),
    "open": INTO_GROUP,
    "hidden": INTO_GROUP,
    "before": INTO_GROUP | {"rhea": NO},
    "archived": dict.fromkeys(SIGNED_IN, NO) | dict.fromkeys(EVERYBODY - SIGNED_IN, IN),
}


def twice_is_fine(rows: list[Row]) -> list[Row]:
    """Let a writer who takes a post back a second time be led to where it stood, instead of being scolded."""
    gone = {"@post:withdrawn", "@opening:withdrawn"}
    return [
        replace(row, answers={**row.answers, **dict.fromkeys(AUTHOR, IN)}) if row.args["post_id"] in gone else row
        for row in rows
    ]


PEOPLE: dict[str, list[Row]] = {
    "GET /sign-in": [Row(FREE)],
    "POST /sign-in": [Row(FREE, fields={"email": "ines.actor@example.org", "password": "a kettle of seven herons"})],
    "POST /sign-out": [Row(FREE)],
    "POST /sign-out/everywhere": alike(SIGNED_IN),
    "GET /invitations/<token>": links(dict.fromkeys(LINKS, FREE)),
    "POST /invitations/<token>": links(LINKS),
    "GET /joining/<token>": tokens("joining"),
    "POST /joining/<token>": tokens("joining"),
    "GET /reset": [Row(FREE)],
    "POST /reset": [Row(FREE, fields={"email": "ines.actor@example.org"})],
    "GET /reset/<token>": tokens("reset"),
    "POST /reset/<token>": tokens("reset", {"password": "nine slow herons asleep"}),
    "GET /profile": alike(SIGNED_IN),
    "POST /profile": alike(SIGNED_IN, fields={"name": "Somebody", "zone": "UTC", "seen_as": "name"}),
    "POST /profile/password": alike(
        SIGNED_IN, fields={"current": "a kettle of seven herons", "password": "nine slow herons asleep"}
    ),
    "POST /settings/theme": alike(SIGNED_IN, fields={"theme": "paper"}),
    "GET /invitations": alike(ADMIN),
    "POST /invitations": alike(ADMIN, fields={"days": "7", "places": "1"}),
    "POST /invitations/<id:invitation_id>/revocation": [
        *alike(ADMIN, others=ABSENT, args={"invitation_id": "@link:community"}),
        *alike(TEACHERS, others=ABSENT, args={"invitation_id": "@link:open"}),
        *alike(TEACHERS, others=ABSENT, args={"invitation_id": "@link:hidden"}),
    ],
    "GET /settings/calendar": alike(SIGNED_IN),
    "POST /settings/calendar": alike(SIGNED_IN, fields={"titles": "neutral"}),
    "POST /settings/calendar/titles": alike(SIGNED_IN, fields={"titles": "names"}),
    "POST /settings/calendar/revocation": alike(SIGNED_IN),
    "GET /journal/settings": alike(SIGNED_IN),
    "POST /journal/settings": alike(SIGNED_IN, fields={"day_ends_minutes": "300", "shows_rhythm": "y"}),
    "POST /journal/rhythm/hiding": alike(SIGNED_IN),
    "GET /journal/export.csv": alike(SIGNED_IN),
    "GET /journal/export.txt": alike(SIGNED_IN),
    "GET /journal/erasure": alike(SIGNED_IN),
    "POST /journal/erasure": alike(SIGNED_IN, fields={"password": "a kettle of seven herons"}),
    "GET /calendar/<token>.ics": [Row(dict.fromkeys(EVERYBODY, ABSENT), {"token": "no such address"})],
    "GET /notices": alike(SIGNED_IN),
    "GET /notices/mark": alike(SIGNED_IN),
    "POST /notices/seen": alike(SIGNED_IN),
    "GET /": alike(SIGNED_IN),
    "GET /help": [Row(FREE)],
    "GET /ninety-seconds": [Row(FREE)],
    "GET /evidence": [Row(FREE)],
    "GET /before-you-sit": [Row(FREE)],
    "GET /privacy": [Row(FREE)],
    "GET /healthz": [Row(FREE)],
    "GET /readyz": [Row(FREE)],
    "GET /static/<digest>/<path:path>": [Row(FREE, {"digest": "any", "path": "css/app.css"})],
    "GET /favicon.ico": [Row(FREE)],
    "GET /keeper.js": [Row(FREE)],
}

GROUPS: dict[str, list[Row]] = {
    "GET /groups": alike(SIGNED_IN),
    "GET /groups/new": alike(ADMIN),
    "POST /groups": alike(
        ADMIN,
        fields={
            "name": "A New One",
            "purpose": "To sit.",
            "kind": "hidden",
            "zone": "UTC",
            "teacher": "ines.actor@example.org",
            "source": "We keep it.",
        },
    ),
    "GET /groups/<slug>": groups(READERS, out=IN),
    "GET /groups/<slug>/edit": groups(TEACHERS),
    "POST /groups/<slug>": groups(
        TEACHERS,
        archived=NONE,
        fields={
            "name": "Renamed",
            "purpose": "To sit.",
            "kind": "open",
            "zone": "UTC",
            "holding": "nothing",
            "may_be_seen": "y",
        },
    ),
    "POST /groups/<slug>/archive": groups(TEACHERS, archived=NONE),
    "POST /groups/<slug>/reopening": groups(NONE, archived=TEACHERS),
    "GET /groups/<slug>/agreement": groups(READERS, out=IN, new=IN),
    "GET /groups/<slug>/agreement/<id:version>": groups(READERS, new=IN, args={"version": "1"}),
    "GET /groups/<slug>/agreement/new": groups(TEACHERS, archived=NONE, new=NO),
    "POST /groups/<slug>/agreement": groups(TEACHERS, archived=NONE, new=NO, fields=AGREED),
    "POST /groups/<slug>/acceptance": groups(READERS, new=IN, fields={"version": "1"}),
    "POST /groups/<slug>/memberships": groups(READERS, new=IN, but={"open": dict.fromkeys(OUT_BUT_REMOVED, IN)}),
    "POST /groups/<slug>/requests": groups(
        NONE,
        new=NO,
        but={"by_request": {"viktor": IN, "odile": IN, "ada": IN, "asha": LATE}},
        fields={"words": "I practise alone."},
    ),
    "POST /groups/<slug>/requests/withdrawal": groups(
        NONE, others=ABSENT, out=ABSENT, new=ABSENT, but={"by_request": {"asha": IN}}
    ),
    "POST /groups/<slug>/departure": groups(READERS, new=IN),
    "GET /groups/<slug>/members": groups(READERS),
    "POST /groups/<slug>/teachers": groups(TEACHERS, fields={"member": "@ines"}),
    "POST /groups/<slug>/teachers/<id:member_id>/release": groups(TEACHERS, args={"member_id": "@tomasz"}),
    "GET /groups/<slug>/invitations": groups(TEACHERS),
    "POST /groups/<slug>/invitations": groups(TEACHERS, archived=NONE, fields={"days": "7", "places": "1"}),
    "POST /groups/<slug>/invitations/<id:invitation_id>/revocation": [
        Row(answers(TEACHERS, out=NO, new=AGREE), {"slug": "@open", "invitation_id": "@link:open"}),
        Row(answers(TEACHERS, out=ABSENT, new=AGREE), {"slug": "@hidden", "invitation_id": "@link:hidden"}),
        # A link that leads elsewhere is not found by one's own group's address.
        Row(
            answers(NONE, out=NO, new=AGREE) | dict.fromkeys(TEACHERS, ABSENT),
            {"slug": "@open", "invitation_id": "@link:hidden"},
        ),
    ],
    "GET /groups/<slug>/record": groups(READERS),
    "GET /groups/<slug>/members/<id:member_id>/mutings/new": groups(TEACHERS, args=PERSON),
    "POST /groups/<slug>/members/<id:member_id>/mutings": groups(
        TEACHERS, args=PERSON, fields={"hours": "24", **WORDS}
    ),
    "POST /groups/<slug>/members/<id:member_id>/unmutings": groups(TEACHERS, args={"member_id": "@mila"}),
    "GET /groups/<slug>/members/<id:member_id>/removals/new": groups(TEACHERS, args=PERSON),
    "POST /groups/<slug>/members/<id:member_id>/removals": groups(TEACHERS, args=PERSON, fields=WORDS),
}

PRACTICES: dict[str, list[Row]] = {
    "GET /practices": alike(SIGNED_IN),
    "GET /practices/<key>": [*alike(SIGNED_IN, args={"key": "ending_on_time"}), *practices(READERS)],
    "GET /practices/<key>/versions/<id:version>": [
        *alike(SIGNED_IN, args={"key": "soothing_rhythm_breathing", "version": "1"}),
        *alike(NONE, others=ABSENT, args={"key": "ending_on_time", "version": "9"}),
        *practices(READERS, args={"version": "1"}),
    ],
}

SITS: dict[str, list[Row]] = {
    "GET /groups/<slug>/sits": groups(READERS),
    "GET /groups/<slug>/sits/new": groups(TEACHERS, archived=NONE),
    "POST /groups/<slug>/sits": groups(
        TEACHERS,
        archived=NONE,
        fields={
            "title": "Early",
            "plan": "quiet_half_hour",
            "day": "2036-11-28",
            "time": "07:00",
            "repeat": "once",
            "leader": "0",
            "meeting_link": "https://meet.example.org/early",
        },
    ),
    "POST /groups/<slug>/series/<id:series_id>/ending": [
        *groups(TEACHERS, args={"series_id": "@KIND:series:later"}),
        Row(answers(NONE, others=ABSENT, out=NO, new=AGREE), {"slug": "@open", "series_id": "@hidden:series:now"}),
    ],
    "POST /groups/<slug>/series/<id:series_id>/meeting": [
        *groups(
            TEACHERS,
            archived=NONE,
            args={"series_id": "@KIND:series:later"},
            fields={"meeting_link": "https://meet.example.org/later"},
        ),
        Row(answers(NONE, others=ABSENT, out=NO, new=AGREE), {"slug": "@open", "series_id": "@hidden:series:now"}),
    ],
    "GET /sit-now": alike(SIGNED_IN),
    "POST /groups/<slug>/sits/now": groups(LOUD, archived=NONE, fields={"plan": "quiet_half_hour"}),
    "GET /settings/sits": alike(SIGNED_IN),
    "POST /settings/sits": alike(SIGNED_IN, fields={"reminding": "mail", "remind_of": "groups", "lead_minutes": "60"}),
    "GET /sits/<key>": [Row(answers(READERS, out=ABSENT, new=AGREE), {"key": f"@{kind}:sit:now"}) for kind in KINDS],
    "GET /series/<id:series_id>": [
        Row(answers(READERS, out=ABSENT, new=AGREE), {"series_id": f"@{kind}:series:{name}"})
        for kind in KINDS
        for name in ("later", "ended")
    ],
    "GET /groups/<slug>/sits/<key>": sits(READERS),
    "GET /groups/<slug>/sits/<key>/changes/new": sits_to_come(TEACHERS, archived=NONE),
    "POST /groups/<slug>/sits/<key>/changes": sits_to_come(
        TEACHERS, archived=NONE, fields={"to": "called_off", "version": "0", "note": "Next week again."}
    ),
    "POST /groups/<slug>/sits/<key>/seen": sits(READERS, fields={"seen_as": "initials"}),
    "POST /groups/<slug>/sits/<key>/leaving": sits(READERS),
    "GET /groups/<slug>/sits/<key>/seats": sits(READERS),
    "POST /groups/<slug>/sits/<key>/thanks": sits_too_early(READERS, archived=NONE),
    "POST /groups/<slug>/sits/<key>/intentions": sits_to_come(READERS, archived=NONE),
    "POST /groups/<slug>/sits/<key>/intentions/withdrawal": sits_to_come(READERS),
    "GET /groups/<slug>/sits/<key>/copy": sits(READERS),
    "GET /practices/<key>/alone": [
        *alike(SIGNED_IN, args={"key": "open_room"}),
        *[Row(answers(READERS, out=ABSENT, new=AGREE), {"key": f"@{kind}:practice"}) for kind in KINDS],
    ],
}

WRITES = where(("thread:of posts",), LOUD)
KEEPS_HISTORY = where(
    (
        "post:visible",
        "archived:post",
        "opening:hidden",
        "opening:held",
        "post:hidden",
        "post:withdrawn",
        "post:returned",
        "post:held",
    ),
    ASIDE,
)
THREADS_AND_POSTS: dict[str, list[Row]] = {
    "GET /groups/<slug>/threads/new": groups(LOUD, archived=NONE),
    "POST /groups/<slug>/threads": groups(LOUD, archived=NONE, fields=SENT),
    "GET /threads/<id:thread_id>": threads(THREADS),
    "GET /threads/<id:thread_id>/since": threads(THREADS, query={"position": "0"}),
    "POST /threads/<id:thread_id>/reading": threads(THREADS, fields={"position": "1"}),
    "POST /threads/<id:thread_id>/posts": threads(WRITES, fields=SENT),
    "POST /drafts": [
        *things(THREADS, "", THREADS, fields=SENT, query={"thread": "THREAD"}),
        *(Row(each.answers, {}, SENT, {"group": each.args["slug"]}) for each in groups(READERS)),
    ],
    "POST /text/preview": alike(SIGNED_IN, fields=SENT),
    "GET /posts/<id:post_id>": posts(POSTS),
    "GET /posts/<id:post_id>/fragment": posts(POSTS),
    "GET /posts/<id:post_id>/history": posts(KEEPS_HISTORY),
    "GET /posts/<id:post_id>/edit": posts(where(("post:visible", *HELD), AUTHOR)),
    "POST /posts/<id:post_id>/edit": posts(
        where(("post:visible", *HELD), AUTHOR), fields={**SENT, "version": "1", "wants": ""}
    ),
    "POST /posts/<id:post_id>/withdrawal": twice_is_fine(posts(where((*VISIBLE, *HELD, *HIDDEN), AUTHOR))),
}

DESK: dict[str, list[Row]] = {
    "GET /posts/<id:post_id>/flags/new": posts(where(VISIBLE, READERS - AUTHOR)),
    "POST /posts/<id:post_id>/flags": posts(
        where(VISIBLE, READERS - AUTHOR), fields={"reason": "flag_unkind", **WORDS}
    ),
    "GET /posts/<id:post_id>/hidings/new": posts(where(VISIBLE, TEACHERS)),
    "POST /posts/<id:post_id>/hidings": posts(where(VISIBLE, TEACHERS), fields=WORDS, late=dict.fromkeys(HIDDEN, LATE)),
    "GET /posts/<id:post_id>/restorings/new": posts(where(HIDDEN, TEACHERS)),
    "POST /posts/<id:post_id>/restorings": posts(
        where(HIDDEN, TEACHERS), fields=WORDS, late=dict.fromkeys(VISIBLE, LATE)
    ),
    "GET /desk": alike(TEACHERS | {"odile"}),
    "GET /cases/<id:case_id>": cases(),
    "POST /cases/<id:case_id>/decision": cases(
        over=LATE,
        fields={
            "held": {"verdict": "let_through", "version": "1"},
            "flagged": {"verdict": "hide", "version": "1", **WORDS},
            "request": {"verdict": "admit", "version": "1"},
            "hidden": {"verdict": "leave", "version": "1"},
            "maren's": {"verdict": "leave", "version": "1"},
            "decided": {"verdict": "leave", "version": "1"},
            "closed": {"verdict": "leave", "version": "1"},
        },
    ),
}

SETTLING = {"key": "settling"}
BREATH = {**SETTLING, "module": "breath"}
PROGRAMMES: dict[str, list[Row]] = {
    "GET /programmes": alike(SIGNED_IN),
    "GET /programmes/<key>": [
        *alike(SIGNED_IN, args=SETTLING),
        *alike(NONE, others=ABSENT, args={"key": "no such programme"}),
    ],
    "POST /programmes/<key>/followings": alike(SIGNED_IN, args=SETTLING),
    "POST /programmes/<key>/departure": alike(SIGNED_IN, args=SETTLING),
    "GET /programmes/<key>/<module>": [
        *alike(SIGNED_IN, args=BREATH),
        *alike(NONE, others=ABSENT, args={**SETTLING, "module": "no such module"}),
    ],
    "POST /programmes/<key>/<module>/pages": alike(SIGNED_IN, args=BREATH, fields={"body": "Warm hands."}),
    "GET /groups/<slug>/programmes/<key>/new": groups(TEACHERS, archived=NONE, args=SETTLING),
    "POST /groups/<slug>/programmes/<key>": groups(
        TEACHERS,
        archived=NONE,
        args=SETTLING,
        but={"hidden": dict.fromkeys(TEACHERS, LATE)},  # it follows one, and a sit of it is still to come
        fields={"day": "2036-11-28", "time": "07:00", "every_weeks": "2", "leader": "0"},
    ),
    "POST /groups/<slug>/programmes/<id:following_id>/ending": [
        *groups(TEACHERS, args={"following_id": "@KIND:following"}),
        Row(
            answers(NONE, out=NO, new=AGREE) | dict.fromkeys(TEACHERS, ABSENT),
            {"slug": "@open", "following_id": "@hidden:following"},
        ),
    ],
}

# What is in a journal is for its writer, and for everybody else it was never there.
JONAH = frozenset({"jonah"})
ALONE = {"practice": "quiet_half_hour", "version": "1", "write_key": "0b5c"}
SAID = {"body": "A jaw.", "feeling": "Tired.", "thought": "Enough."}
JOURNAL: dict[str, list[Row]] = {
    "GET /journal": alike(SIGNED_IN),
    "GET /journal/pages/new": [
        *alike(SIGNED_IN),
        *alike(JONAH, others=ABSENT, query={"sit": "@journal:sit"}),
        *alike(JONAH, others=ABSENT, query={"sit": "@journal:sit of page"}),
    ],
    "POST /journal/pages": [
        *alike(SIGNED_IN, fields=SAID),
        *alike(JONAH, others=ABSENT, fields={**SAID, "sit": "@journal:sit"}),
        *late(alike(JONAH, others=ABSENT, fields={**SAID, "sit": "@journal:sit of page"})),  # it says something else
    ],
    "GET /journal/pages/<id:entry_id>": alike(JONAH, others=ABSENT, args={"entry_id": "@journal:page"}),
    "GET /journal/pages/<id:entry_id>/edit": alike(JONAH, others=ABSENT, args={"entry_id": "@journal:page"}),
    "POST /journal/pages/<id:entry_id>": [
        *alike(
            JONAH, others=ABSENT, args={"entry_id": "@journal:page"}, fields={**SAID, "version": "@journal:version"}
        ),
        *late(alike(JONAH, others=ABSENT, args={"entry_id": "@journal:page"}, fields=SAID)),  # of no reading at all
    ],
    "POST /journal/pages/<id:entry_id>/erasure": alike(JONAH, others=ABSENT, args={"entry_id": "@journal:page"}),
    "POST /groups/<slug>/sits/<key>/pages": sits(READERS, archived=NONE, fields=SAID),
    "POST /journal/sits": alike(SIGNED_IN, fields=ALONE),
    "POST /journal/sits/<id:sit_id>/erasure": alike(JONAH, others=ABSENT, args={"sit_id": "@journal:sit"}),
}

TABLE = {
    **PEOPLE,
    **GROUPS,
    **PRACTICES,
    **EDITING,
    **SITS,
    **THREADS_AND_POSTS,
    **DESK,
    **PROGRAMMES,
    **JOURNAL,
    **SHARED,
}
