"""One community with everybody and everything in it, in every state, for the tests of who gets at what.

Every piece of writing carries a word of its own, and ``READ_BY`` says by hand who may ever read it.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from community.clock import now
from community.db import session, transaction
from community.groups.models import Belonging, Group, GroupKind, GroupStatus, JoinRequest, RequestState
from community.journal.actions import log_sit_alone, write_page
from community.journal.page import Systems, opened
from community.members.models import Invitation, Joining, Member, MemberStatus, PasswordReset
from community.members.tokens import new_token
from community.moderation.models import Case, CaseReason, CaseState, ReasonKind, SubjectKind, Verdict
from community.notifications.models import Notice, NoticeKind
from community.passages import actions as passages
from community.practices.library import STARTER
from community.programmes.models import Following, FollowingStatus, ModuleSit
from community.sits.models import SeriesStatus, SitSeries
from community.sits.recurrence import sit_key
from community.threads.models import Draft, HeldFor, PostStatus, Thread
from tests.doors import signed_in
from tests.factories import inside, join, make_group, make_member, make_post, make_practice, make_thread, password_hash

Row = TypeVar("Row")

ACTORS = {
    "maren": "teaches every group here",
    "tomasz": "teaches them with her",
    "jonah": "a member, who wrote the posts",
    "ines": "a member",
    "mila": "a member who was asked to be quiet for a time",
    "nuno": "a member who has not agreed to the agreement",
    "asha": "asked to join the group that admits by request",
    "viktor": "a member of another group",
    "odile": "teaches that other group",
    "rhea": "was removed from every group here",
    "ada": "looks after the community",
    "silas": "taught every group here, and is suspended",
    "nobody": "is not signed in",
}
READERS = frozenset({"maren", "tomasz", "jonah", "ines", "mila"})
TEACHERS = frozenset({"maren", "tomasz"})
SIGNED_IN = frozenset(ACTORS) - {"silas", "nobody"}
OUTSIDERS = frozenset({"asha", "viktor", "odile", "rhea", "ada"})

KINDS = {
    "open": GroupKind.OPEN,
    "by_request": GroupKind.BY_REQUEST,
    "hidden": GroupKind.HIDDEN,
    "archived": GroupKind.OPEN,
}
ADDRESSES = {"open": "Wide Meadow", "by_request": "Low Gate", "hidden": "Quiet Harbour", "archived": "Old Orchard"}

# Who may ever read a word, wherever it stands. A thread's words are known to those who read the group alone.
READ_BY: dict[str, frozenset[str]] = {
    "hiddenname": READERS | {"nuno"},  # a member reads the agreement, under the group's name, before agreeing
    "hiddenagreed": READERS | {"nuno"},
    **{f"{kind}said": READERS for kind in KINDS},
    **{f"{kind}titled": READERS for kind in KINDS},
    "heldword": TEACHERS | {"jonah"},
    "hiddenword": TEACHERS | {"jonah"},
    "returnedword": TEACHERS | {"jonah"},
    "withdrawnword": TEACHERS | {"jonah"},
    "heldtitled": TEACHERS | {"jonah"},
    "hidtitled": TEACHERS | {"jonah"},
    "withdrawntitled": frozenset(),
    "returnedtitled": frozenset(),
    "flaggerwords": TEACHERS,
    "askedwords": TEACHERS | {"asha"},
    "inesdraft": frozenset({"ines"}),
    "marenspost": READERS,
    "aboutmaren": frozenset({"tomasz"}),
    "jonahsjournal": frozenset({"jonah"}),
    "passagegroup": READERS,
    "passagehidden": READERS,
    "passageteachers": TEACHERS | {"jonah"},
    "passageanswer": TEACHERS | {"jonah"},
    "passagetaken": frozenset(),
    "passagenotebook": READERS,
}


@dataclass
class Scene:
    """What stands in the database: ids, addresses and tokens by name."""

    members: dict[str, Member] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)  # the token of a sign-in
    groups: dict[str, Group] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # keys of sits, tokens of links


def make_scene() -> Scene:
    """Make it all in an empty database."""
    scene = Scene()
    _people(scene)
    for kind in KINDS:
        _group(scene, kind)
        _sits(scene, kind)
        _practices(scene, kind)
        _programmes(scene, kind)
    _posts(scene)
    _threads(scene)
    _links(scene)
    _cases(scene)
    _bits(scene)
    _journal(scene)
    _passages(scene)
    return scene


def _people(scene: Scene) -> None:
    for name in ACTORS:
        if name == "nobody":
            continue
        status = MemberStatus.SUSPENDED if name == "silas" else MemberStatus.ACTIVE
        member = make_member(f"{name.title()} Actor", is_admin=name == "ada", status=status)
        scene.members[name] = member
        scene.ids[name] = member.id
        scene.cookies[name] = signed_in(member)[1]
    others = make_group("Far Shore", teachers=[scene.members["odile"]], members=[scene.members["viktor"]])
    scene.groups["elsewhere"] = others
    scene.words["elsewhere"] = others.slug


def _group(scene: Scene, kind: str) -> None:
    people = scene.members
    status = GroupStatus.ARCHIVED if kind == "archived" else GroupStatus.ACTIVE
    name = "Hiddenname" if kind == "hidden" else ADDRESSES[kind]
    group = make_group(
        name,
        kind=KINDS[kind],
        teachers=[people["maren"], people["tomasz"], people["silas"]],
        members=[people["jonah"], people["ines"]],
        status=status,
        slug=ADDRESSES[kind].lower().replace(" ", "-"),
        agreement_excerpt="Hiddenagreed" if kind == "hidden" else "We keep it.",
    )
    join(people["mila"], group, muted_until=now() + timedelta(days=1))
    join(people["nuno"], group, agreed=False)
    join(people["rhea"], group, status=Belonging.REMOVED, ended_at=now() - timedelta(days=2))
    scene.groups[kind], scene.words[kind] = group, group.slug
    said, title = f"{kind}said".replace("_", ""), f"{kind}titled".replace("_", "")
    thread = make_thread(
        group, people["jonah"], title=title, posts=[(people["jonah"], said)], at=now() - timedelta(hours=2)
    )
    scene.ids[f"{kind}:thread"] = thread.id
    scene.ids[f"{kind}:post"] = _add_post(scene, thread, f"again {said}", position=2)


def _sits(scene: Scene, kind: str) -> None:
    starts = {"now": now() + timedelta(minutes=5), "later": now() + timedelta(days=1), "ended": now()}
    for name, moment in starts.items():
        start = moment.replace(microsecond=0)
        ended = name == "ended"
        with inside(), transaction():
            series = SitSeries(
                group_id=scene.groups[kind].id,
                title=f"{kind}titled sit".replace("_", ""),
                plan=STARTER["quiet_half_hour"].plan.to_json(),
                wall_start=start.astimezone(ZoneInfo("Europe/Lisbon")).replace(tzinfo=None).isoformat(),
                zone="Europe/Lisbon",
                made_by_id=scene.ids["maren"],
                created_at=now(),
                status=SeriesStatus.ENDED if ended else SeriesStatus.PLANNED,
                ended_at=start - timedelta(hours=1) if ended else None,
            )
            session().add(series)
        scene.ids[f"{kind}:series:{name}"] = series.id
        scene.words[f"{kind}:sit:{name}"] = sit_key(series.id, start)


def _practices(scene: Scene, kind: str) -> None:
    """A practice that was edited once."""
    said, titled = f"{kind}said".replace("_", ""), f"{kind}titled practice".replace("_", "")
    group, maren = scene.groups[kind], scene.members["maren"]
    first = make_practice(group, maren, title=titled, lead=said, about=said)
    scene.words[f"{kind}:practice"] = make_practice(group, maren, after=first, title=titled, lead=said, about=said).key


def _programmes(scene: Scene, kind: str) -> None:
    """What the group follows, or of all but the hidden one followed once; and what Ines follows alone."""
    group, goes_on = scene.groups[kind], kind == "hidden"
    status = FollowingStatus.FOLLOWED if goes_on else FollowingStatus.LEFT
    following = _add(Following(programme="settling", version=1, group_id=group.id, status=status, begun_at=now()))
    scene.ids[f"{kind}:following"] = following.id
    series = scene.ids[f"{kind}:series:later"]
    _add(ModuleSit(following_id=following.id, module="breath", series_id=series))
    if goes_on:
        _add(Following(programme="settling", version=1, member_id=scene.ids["ines"], begun_at=now()))


def _posts(scene: Scene) -> None:
    """Replies in every state, in a thread of the open group that stands."""
    jonah, maren, group = scene.members["jonah"], scene.members["maren"], scene.groups["open"]
    thread = make_thread(group, jonah, title="opentitled", posts=[(jonah, "opensaid")], at=now() - timedelta(hours=1))
    scene.ids["thread:of posts"] = thread.id
    scene.ids["post:visible"] = _add_post(scene, thread, "opensaid", position=2)
    scene.ids["post:held"] = _add_post(scene, thread, "heldword", status=PostStatus.HELD, held_for=HeldFor.EVERYTHING)
    scene.ids["post:hidden"] = _add_post(scene, thread, "hiddenword", position=3, status=PostStatus.HIDDEN)
    scene.ids["post:withdrawn"] = _add_post(scene, thread, "withdrawnword", position=4, status=PostStatus.WITHDRAWN)
    scene.ids["post:returned"] = _add_post(scene, thread, "returnedword", position=5, status=PostStatus.RETURNED)
    scene.ids["post:never placed"] = _add_post(scene, thread, "returnedword", status=PostStatus.RETURNED)
    scene.ids["post:maren's"] = make_post(thread, maren, "marenspost", position=6).id
    _set(thread, last_position=6)


def _threads(scene: Scene) -> None:
    jonah, group = scene.members["jonah"], scene.groups["open"]
    titles = {
        PostStatus.HELD: ("heldtitled", "heldword"),
        PostStatus.HIDDEN: ("hidtitled", "hiddenword"),
        PostStatus.WITHDRAWN: ("withdrawntitled", "withdrawnword"),
        PostStatus.RETURNED: ("returnedtitled", "returnedword"),
    }
    for status, (title, words) in titles.items():
        held = status is PostStatus.HELD
        with inside(), transaction():
            thread = Thread(
                group_id=group.id,
                author_id=jonah.id,
                title=title,
                excerpt=words,
                status=status,
                last_position=0 if held else 1,
                last_activity_at=now(),
                created_at=now(),
            )
            session().add(thread)
        scene.ids[f"thread:{status}"] = thread.id
        place = {"held_for": HeldFor.EVERYTHING} if held else {"position": 1}
        scene.ids[f"opening:{status}"] = _add_post(scene, thread, words, status=status, is_opening=True, **place)


def _links(scene: Scene) -> None:
    """Invitations, letters on the way in, and links that set a password, in every state."""
    ada, maren = scene.ids["ada"], scene.ids["maren"]
    hour, group = timedelta(hours=1), scene.groups["open"].id
    states: dict[str, dict[str, Any]] = {
        "community": {"made_by_id": ada},
        "open": {"group_id": group},
        "before": {"group_id": group, "created_at": now() - timedelta(days=5)},
        "hidden": {"group_id": scene.groups["hidden"].id},
        "archived": {"group_id": scene.groups["archived"].id},
        "revoked": {"group_id": group, "revoked_at": now()},
        "expired": {"group_id": group, "expires_at": now() - hour},
        "used up": {"group_id": group, "places_left": 0},
        "suspended": {"group_id": group, "made_by_id": scene.ids["silas"]},
    }
    for name, given in states.items():
        token, kept = new_token()
        standing = {"made_by_id": maren, "created_at": now(), "expires_at": now() + 9 * hour, "places_left": 3}
        scene.words[f"invitation:{name}"] = token
        scene.ids[f"link:{name}"] = _add(Invitation(token_hash=kept, **{**standing, **given})).id
    for name, used, over in (("open", None, 1), ("used", now(), 1), ("expired", None, -1)):
        moments = {"created_at": now(), "expires_at": now() + over * hour, "used_at": used}
        scene.words[f"joining:{name}"], kept = new_token()
        person = {
            "email": f"new.{name}@example.org",
            "name": "New One",
            "zone": "UTC",
            "password_hash": password_hash(),
        }
        _add(Joining(token_hash=kept, invitation_id=scene.ids["link:community"], **person, **moments))
        scene.words[f"reset:{name}"], kept = new_token()
        whose = {"email": scene.members["ines"].email, "member_id": scene.ids["ines"], "looked_up_at": now()}
        _add(PasswordReset(token_hash=kept, **whose, **moments))


def _cases(scene: Scene) -> None:
    group, jonah = scene.groups["open"].id, scene.ids["jonah"]
    _case(scene, "held", group, scene.ids["post:held"], reason=ReasonKind.HELD_EVERYTHING, about=jonah)
    _case(scene, "flagged", group, scene.ids["post:visible"], reason=ReasonKind.FLAG_UNKIND, about=jonah)
    _case(scene, "decided", group, scene.ids["post:hidden"], state=CaseState.DECIDED, about=jonah)
    _case(scene, "closed", group, scene.ids["post:withdrawn"], state=CaseState.CLOSED, about=jonah)
    maren = scene.ids["maren"]
    _case(scene, "maren's", group, scene.ids["post:maren's"], about=maren, words="aboutmaren")
    hidden = scene.groups["hidden"].id
    _case(scene, "hidden", hidden, scene.ids["hidden:post"], reason=ReasonKind.FLAG_OTHER, about=jonah)
    asked = JoinRequest(
        group_id=scene.groups["by_request"].id,
        member_id=scene.ids["asha"],
        words="askedwords",
        state=RequestState.OPEN,
        created_at=now(),
    )
    case = _case(
        scene, "request", asked.group_id, _add(asked).id, about=scene.ids["asha"], reason=ReasonKind.JOIN, words=""
    )
    assert case.subject_kind is SubjectKind.JOIN_REQUEST


def _case(
    scene: Scene,
    name: str,
    group_id: int,
    subject_id: int,
    *,
    about: int,
    reason: ReasonKind = ReasonKind.FLAG_UNKIND,
    state: CaseState = CaseState.OPEN,
    words: str = "flaggerwords",
) -> Case:
    decided = state is CaseState.DECIDED
    case = _add(
        Case(
            group_id=group_id,
            subject_kind=SubjectKind.JOIN_REQUEST if reason is ReasonKind.JOIN else SubjectKind.POST,
            subject_id=subject_id,
            about_id=about,
            state=state,
            opened_at=now(),
            verdict=Verdict.HIDE if decided else None,
            decided_by_id=scene.ids["tomasz"] if decided else None,
            decided_at=now() if decided else None,
        )
    )
    brought = reason.value.startswith("flag")
    by = {"by_id": scene.ids["mila"], "words": words} if brought else {"words": ""}
    _add(CaseReason(case_id=case.id, kind=reason, created_at=now(), **by))
    scene.ids[f"case:{name}"] = case.id
    return case


def _bits(scene: Scene) -> None:
    """What else somebody must not come upon: a draft, and notices of all that stands here."""
    group, thread = scene.groups["hidden"], scene.ids["hidden:thread"]
    ines = {"member_id": scene.ids["ines"], "updated_at": now(), "source": "inesdraft"}
    _add(Draft(group_id=group.id, thread_id=thread, **ines))
    _add(Draft(group_id=group.id, **ines))
    told: dict[NoticeKind, list[int] | list[str]] = {
        NoticeKind.REPLY: [scene.ids["hidden:post"], scene.ids["post:held"], scene.ids["post:hidden"]],
        NoticeKind.DESK: [scene.ids["case:flagged"], scene.ids["case:maren's"], scene.ids["case:hidden"]],
        NoticeKind.BROUGHT: [scene.ids["case:decided"]],
        NoticeKind.HELD: [scene.ids["post:held"]],
        NoticeKind.ADMITTED: [group.id],
        NoticeKind.SIT_BEGINS: [scene.words["hidden:sit:now"]],
        NoticeKind.REMINDER: [scene.words["hidden:sit:later"]],
        NoticeKind.SIT_NOW: [scene.words["hidden:sit:now"]],
        NoticeKind.SIT_CHANGED: [scene.words["hidden:sit:ended"]],
    }
    for name in SIGNED_IN:
        for kind, subjects in told.items():
            for subject in subjects:
                about = {"kind": kind, "subject": str(subject), "event_key": f"{kind}:{subject}"}
                _add(Notice(member_id=scene.ids[name], created_at=now(), **about))


def _journal(scene: Scene) -> None:
    """What Jonah sat and wrote, for nobody else."""
    jonah, practice = scene.members["jonah"], next(iter(STARTER.values()))
    for name, ago in (("sit", 2), ("sit of page", 1)):
        moments = {"began_at": now() - timedelta(days=ago, minutes=20), "ended_at": now() - timedelta(days=ago)}
        with inside(), transaction():
            sit = log_sit_alone(by=jonah, practice=practice, write_key=name, **moments, at=now())
        scene.ids[f"journal:{name}"] = sit.id
    with inside(), transaction():
        words = "jonahsjournal"
        page = write_page(
            by=jonah, sit=sit, after=Systems(threat=80), body=words, feeling=words, thought=words, at=now()
        )
        scene.ids["journal:page"] = page.id
        scene.ids["journal:version"] = int(opened(page, sit).version)


def _passages(scene: Scene) -> None:
    """A page of a journal, and passages in every state; who may read each is written above."""
    with inside(), transaction() as rows:
        page = write_page(by=rows.get_one(Member, scene.ids["maren"]), body="Quiet.", at=now())
    pages = {"jonah": scene.ids["journal:page"], "maren": page.id}
    scene.words["reach"] = f"group:{scene.groups['open'].id}"
    for name, kind, by in (
        ("group", "open", "jonah"),
        ("hidden", "hidden", "jonah"),
        ("teachers", "open", "jonah"),
        ("taken", "open", "jonah"),
        ("notebook", "open", "maren"),
    ):
        with inside(), transaction() as rows:
            writer, group = rows.get_one(Member, scene.ids[by]), rows.get_one(Group, scene.groups[kind].id)
            chosen = passages.Chosen(pages[by], f"passage{name}", None, f"{name:0>36}")
            given: dict[str, Any] = {"by": writer, "group": group, "chosen": chosen, "at": now()}
            if name == "teachers":
                seen_by = f"{scene.ids['maren']}.{scene.ids['tomasz']}"
                passage = passages.share_with_teachers(**given, seen_by=seen_by)
                teacher = rows.get_one(Member, scene.ids["tomasz"])
                passages.answer_passage(by=teacher, passage=passage, words="passageanswer", at=now())
            else:
                passage = passages.share_with_group(**given, in_notebook=name == "notebook")
            if name == "taken":
                passages.withdraw_passage(by=writer, passage=passage, at=now())
            scene.ids[f"passage:{name}"] = passage.id


def _add_post(scene: Scene, thread: Thread, words: str, **fields: Any) -> int:
    return make_post(thread, scene.members["jonah"], words, **fields).id


def _add(row: Row) -> Row:
    with inside(), transaction():
        session().add(row)
    return row


def _set(thread: Thread, **fields: Any) -> None:
    with inside(), transaction() as rows:
        found = rows.get_one(Thread, thread.id)
        for name, value in fields.items():
            setattr(found, name, value)
