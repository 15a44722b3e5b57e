"""Coming in by an invitation: what the link is good for, what the letter decides, and who gets the last place."""

import threading
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from community.clock import now
from community.db import session, transaction
from community.groups.models import GroupKind, Membership
from community.members.models import Invitation, Joining, Member, MemberStatus
from community.members.tokens import token_hash
from tests.doors import Browser
from tests.factories import inside, make_group, make_member
from tests.members.scenes import NEW_PASSWORD, Open, everything_kept, invitation, is_in, join, letters, path_in, sign_in
from tests.people import People

NOOR = "noor@example.org"


def members() -> list[str]:
    with inside():
        return list(session().scalars(sa.select(Member.name).order_by(Member.id)))


def places_left() -> int:
    with inside():
        return session().scalars(sa.select(Invitation.places_left)).one()


def test_somebody_comes_in_by_a_link_and_a_letter(app: Flask, people: People, browser: Open) -> None:
    token, noor = invitation(people.ada), browser()
    assert "Ada Quill" in noor.get(f"/invitations/{token}").get_data(as_text=True)
    assert join(noor, token).status_code == 200
    assert "Noor Hadley" not in members()
    assert not is_in(noor)
    assert sign_in(noor, people.jonah, NEW_PASSWORD).status_code == 422
    path = path_in(letters(app, NOOR)[0], "joining")
    opened = browser()
    assert opened.get(path).status_code == 200
    assert "Noor Hadley" not in members()  # a link in mail changes nothing by being opened
    assert opened.post(path).headers["Location"] == "/"
    assert is_in(opened)
    assert "Noor Hadley" in members()
    assert places_left() == 2


def test_a_link_into_a_group_seats_who_comes_by_it(app: Flask, people: People, browser: Open) -> None:
    token, noor = invitation(people.odile, group_id=people.elsewhere.id), browser()
    join(noor, token)
    noor.post(path_in(letters(app, NOOR)[0], "joining"))
    assert noor.get("/groups/quiet-harbour/members").headers["Location"].startswith("/groups/quiet-harbour/agreement")
    with inside():
        found = session().scalars(sa.select(Membership).join(Member).where(Member.email == NOOR)).one()
        assert (found.group_id, found.agreed_version) == (people.elsewhere.id, 0)


def test_a_known_address_and_a_new_one_get_the_same_page_and_different_letters(
    app: Flask, people: People, browser: Open
) -> None:
    token, known, new = invitation(people.ada), browser(), browser()
    assert join(known, token, email="Ines.Caldeira@example.org").status_code == 200
    assert join(new, token, email=NOOR).status_code == 200
    assert known.page.replace(people.ines.email, "").split("csrf")[0] == new.page.replace(NOOR, "").split("csrf")[0]
    (told,) = letters(app, people.ines.email)
    assert "already part of" in told
    assert "/joining/" not in told
    path_in(letters(app, NOOR)[0], "joining")


def test_the_same_statements_are_said_for_a_known_address_and_a_new_one(
    people: People, browser: Open, statements: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    from community.jobs import huey

    monkeypatch.setattr(huey, "immediate", False)
    token, said = invitation(people.ada), []
    for email in (people.ines.email, NOOR):
        with statements() as seen:  # type: ignore[attr-defined]
            join(browser(), token, email=email)
        said.append(seen)
    assert said[0] == said[1]


def test_a_letter_to_an_address_that_became_a_members_meanwhile_makes_no_second_one(
    app: Flask, people: People, browser: Open
) -> None:
    token, first, second = invitation(people.ada), browser(), browser()
    join(first, token)
    join(second, token)
    one, other = (path_in(letter, "joining") for letter in letters(app, NOOR))
    assert first.post(one).status_code == 303
    answer = second.post(other)
    assert answer.status_code == 409
    assert "a member already" in second.page
    assert members().count("Noor Hadley") == 1
    assert not is_in(second)
    assert places_left() == 2


def test_a_letter_lets_in_once_and_for_three_days(app: Flask, people: People, browser: Open) -> None:
    token, noor = invitation(people.ada), browser()
    join(noor, token)
    path = path_in(letters(app, NOOR)[0], "joining")
    with inside(), transaction() as rows:
        (joining,) = rows.scalars(sa.select(Joining))
        assert joining.expires_at - joining.created_at == timedelta(days=3)
        joining.expires_at = now()
    assert browser().get(path).status_code == 404
    assert browser().post(path).status_code == 404
    assert "Noor Hadley" not in members()


@pytest.mark.parametrize(
    "over",
    [
        {"expires_at": now() - timedelta(seconds=1)},
        {"revoked_at": now()},
        {"places_left": 0},
    ],
    ids=["expired", "revoked", "used up"],
)
def test_a_link_that_is_over_lets_nobody_in(people: People, browser: Open, over: dict[str, object]) -> None:
    token = invitation(people.ada, **over)
    for who in (None, people.ines):
        someone = browser(who)
        assert someone.get(f"/invitations/{token}").status_code == 404
        assert "not open any more" in someone.page
        assert join(someone, token).status_code == 404


def test_a_link_that_is_closed_between_form_and_letter_lets_nobody_in(
    app: Flask, people: People, browser: Open
) -> None:
    token, noor = invitation(people.ada), browser()
    join(noor, token)
    with inside(), transaction() as rows:
        rows.execute(sa.update(Invitation).values(revoked_at=now()))
    answer = noor.post(path_in(letters(app, NOOR)[0], "joining"))
    assert answer.status_code == 404
    assert "Noor Hadley" not in members()


def test_the_link_of_somebody_who_was_suspended_is_closed(people: People, browser: Open) -> None:
    token = invitation(people.ada)
    with inside(), transaction() as rows:
        rows.get_one(Member, people.ada.id).status = MemberStatus.SUSPENDED
    assert browser().get(f"/invitations/{token}").status_code == 404


def test_an_admin_makes_links_into_the_community_and_closes_them(app: Flask, people: People, browser: Open) -> None:
    ada = browser(people.ada)
    page = ada.post("/invitations", days="7", places="5").get_data(as_text=True)
    base = app.extensions["settings"].base_url
    token = page.partition(f"{base}/invitations/")[2][:43]
    assert browser().get(f"/invitations/{token}").status_code == 200
    with inside():
        (found,) = session().scalars(sa.select(Invitation))
        assert found.token_hash == token_hash(token)
        assert found.expires_at - found.created_at == timedelta(days=7)
    assert token not in ada.get("/invitations").get_data(as_text=True)  # it is shown once
    assert token.encode() not in everything_kept(app)
    assert ada.post(f"/invitations/{found.id}/revocation").status_code == 303
    assert browser().get(f"/invitations/{token}").status_code == 404


@pytest.mark.parametrize(("days", "places"), [("0", "1"), ("31", "1"), ("7", "31"), ("", ""), ("x", "-1"), ("7", "0")])
def test_a_link_is_open_for_a_month_and_thirty_people_at_most(
    people: People, browser: Open, days: str, places: str
) -> None:
    assert browser(people.ada).post("/invitations", days=days, places=places).status_code == 422
    with inside():
        assert not session().scalars(sa.select(Invitation)).all()


def test_a_members_use_of_a_link_into_the_community_takes_no_place(people: People, browser: Open) -> None:
    token = invitation(people.ada)
    ines = browser(people.ines)
    assert ines.post(f"/invitations/{token}").status_code == 409
    assert places_left() == 3


def test_asking_in_takes_no_place_until_the_letter_is_opened(people: People, browser: Open) -> None:
    token = invitation(people.ada, places_left=1)
    for number in range(3):
        assert join(browser(), token, email=f"someone{number}@example.org").status_code == 200
    assert places_left() == 1


def at_once(works: list[Callable[[], int]]) -> list[int]:
    """Do things in threads of their own that all begin at the same moment."""
    start, said = threading.Barrier(len(works)), [0] * len(works)

    def run(number: int, work: Callable[[], int]) -> None:
        start.wait(5)
        said[number] = work()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return said


@pytest.mark.parametrize("round_", range(5))
def test_two_who_open_their_letters_at_once_do_not_both_take_the_last_place(
    app: Flask, people: People, browser: Open, round_: int
) -> None:
    token = invitation(people.ada, places_left=1)
    doors: list[tuple[Browser, str]] = []
    for number in range(4):
        someone, email = browser(), f"someone{number}@example.org"
        join(someone, token, email=email, name=f"Someone {number}")
        doors.append((someone, path_in(letters(app, email)[0], "joining")))
    said = at_once([lambda door=door: door[0].post(door[1]).status_code for door in doors])  # type: ignore[misc]
    assert sorted(said) == [303, 404, 404, 404]
    assert len([name for name in members() if name.startswith("Someone")]) == 1
    assert places_left() == 0


def test_two_members_who_use_a_groups_link_at_once_do_not_both_take_the_last_place(
    people: People, browser: Open
) -> None:
    group = make_group("Low Gate", kind=GroupKind.HIDDEN, teachers=[people.maren])
    token = invitation(people.maren, places_left=1, group_id=group.id)
    doors = [browser(make_member(f"Someone {number}")) for number in range(4)]
    said = at_once([lambda door=door: door.post(f"/invitations/{token}").status_code for door in doors])  # type: ignore[misc]
    assert sorted(said) == [303, 404, 404, 404]
    with inside():
        assert len(session().scalars(sa.select(Membership).where(Membership.group_id == group.id)).all()) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "not an address"),
        ("email", "a@b\r\nBcc: everybody@example.org"),
        ("email", "x" * 250 + "@example.org"),
        ("email", ""),
        ("name", ""),
        ("name", "visit evil.example"),
        ("name", "x" * 61),
        ("name", "\u202e\u200b"),
        ("password", "password"),
        ("password", "Noor Hadley"),
        ("password", "noor"),
        ("zone", "Nowhere/At-all"),
        ("zone", "../../etc/passwd"),
        ("zone", ""),
    ],
)
def test_what_does_not_fit_is_said_and_the_rest_is_kept(
    app: Flask, people: People, browser: Open, field: str, value: str
) -> None:
    token, noor = invitation(people.ada), browser()
    assert join(noor, token, **{field: value}).status_code == 422
    assert 'value="Noor Hadley"' in noor.page or field == "name"
    assert 'value="noor@example.org"' in noor.page or field == "email"
    assert NEW_PASSWORD not in noor.page
    assert not letters(app, NOOR)


def test_a_line_break_in_an_address_makes_no_second_header(app: Flask, people: People, browser: Open) -> None:
    token, noor = invitation(people.ada), browser()
    join(noor, token, name="Noor\r\nBcc: everybody@example.org")
    folder = app.extensions["settings"].data_dir / "mail"
    assert not folder.exists() or not [path for path in folder.iterdir() if "\nBcc:" in path.read_text()]


def test_a_letter_names_the_day_on_which_its_link_ends_which_is_never_after_the_invitations(
    app: Flask, people: People, browser: Open
) -> None:
    ends = now() + timedelta(hours=5)
    token, noor = invitation(people.ada, expires_at=ends), browser()
    join(noor, token)
    with inside():
        (joining,) = session().scalars(sa.select(Joining))
        assert joining.expires_at == ends
    day = f"{ends.astimezone(ZoneInfo('Europe/Lisbon')):%H:%M} (Lisbon)"
    (letter,) = letters(app, NOOR)
    assert day in letter
    assert day in noor.page
    assert "three days" not in letter + noor.page


def test_a_letter_ends_with_the_door_of_whoever_invited(app: Flask, people: People, browser: Open) -> None:
    token, noor = invitation(people.ada), browser()
    join(noor, token)
    path = path_in(letters(app, NOOR)[0], "joining")
    with inside(), transaction() as rows:
        rows.get_one(Member, people.ada.id).status = MemberStatus.SUSPENDED
    assert noor.get(path).status_code == 404
    assert noor.post(path).status_code == 404
    assert "Noor Hadley" not in members()


def test_the_page_behind_a_letter_has_one_great_heading(app: Flask, people: People, browser: Open) -> None:
    token, noor = invitation(people.ada), browser()
    join(noor, token)
    noor.get(path_in(letters(app, NOOR)[0], "joining"))
    assert noor.page.count("<h1>") == 1


def test_a_whole_training_joins_from_one_address(people: People, browser: Open) -> None:
    token = invitation(people.ada, places_left=30)
    said = [
        join(browser(), token, email=f"someone{number}@example.org", password="x").status_code for number in range(61)
    ]
    assert said == [422] * 60 + [429]
