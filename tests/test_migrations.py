"""Migrations against the models, in all that a database can be asked, and with a whole community in the tables."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from community import versions
from community.clock import now
from community.db import Base, session, transaction
from community.journal.models import JournalSit
from community.members.models import Member
from community.sits.models import Attendance, ChangeKind, SitChange
from community.sits.recurrence import parse_sit_key
from tests.doors import Browser
from tests.factories import inside, make_group, make_member, plan_sit
from tests.moderation.conftest import moved_to
from tests.people import People
from tests.security.scene import make_scene
from tests.services.postgres import new_database

ROOT = Path(__file__).parents[1]
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.services)]
LANDED_TOGETHER = 6  # the first house; from then on a step meets houses that are lived in
SAT_AT = datetime(2026, 3, 4, 19, 20, tzinfo=UTC)
Place = Callable[[str], str]
Migrate = Callable[..., None]


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Give the address of an empty database of this name."""
    return lambda name: f"sqlite:///{tmp_path / name}.db" if request.param == "sqlite" else new_database()


@pytest.fixture
def migrate(app: Flask) -> Migrate:
    """Lead a database up or down."""

    def lead(url: str, way: Callable[..., object], *to: str) -> None:
        with moved_to(app, url), app.app_context():
            way(revision=to[0]) if to else way()

    return lead


def described(url: str) -> dict[str, Any]:
    """Say all that a database knows of its tables: columns, keys, rules, indexes and triggers."""
    engine = sa.create_engine(url)
    look = sa.inspect(engine)
    found: dict[str, Any] = {}
    for table in set(look.get_table_names()) - {"alembic_version"}:
        found[table] = {
            "columns": sorted(
                (c["name"], str(c["type"]), c["nullable"], c["default"]) for c in look.get_columns(table)
            ),
            "primary": look.get_pk_constraint(table),
            "foreign": sorted(
                (key["constrained_columns"], key["referred_table"], key["referred_columns"], str(key["options"]))
                for key in look.get_foreign_keys(table)
            ),
            "unique": sorted((str(each["name"]), each["column_names"]) for each in look.get_unique_constraints(table)),
            "checks": sorted((str(each["name"]), plain(each["sqltext"])) for each in look.get_check_constraints(table)),
            "indexes": sorted(
                (str(each["name"]), str(each["column_names"]), bool(each["unique"]), only_where(each))
                for each in look.get_indexes(table)
            ),
        }
    found["triggers"] = triggers(engine)
    engine.dispose()
    return found


def plain(sql: str) -> str:
    return " ".join(sql.replace('"', "").split()).lower()


def only_where(index: Any) -> list[str]:
    """Give the condition of an index that holds some rows only."""
    return [plain(str(value)) for name, value in index["dialect_options"].items() if name.endswith("_where")]


def triggers(engine: sa.Engine) -> list[str]:
    """Give the text of every trigger and of what it calls."""
    sql = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
        " UNION SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    }
    with engine.connect() as connection:
        return sorted(plain(each) for each in connection.scalars(sa.text(sql[engine.dialect.name])))


def rows(url: str) -> dict[str, int]:
    """Count the rows of every table that is there, whatever the models say."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = {
            name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0
            for name in set(sa.inspect(engine).get_table_names()) - {"alembic_version"}
        }
    engine.dispose()
    return found


def test_migrations_make_exactly_what_the_models_say(place: Place, migrate: Migrate) -> None:
    by_models, by_migrations = place("models"), place("migrations")
    engine = sa.create_engine(by_models)
    Base.metadata.create_all(engine)
    engine.dispose()
    migrate(by_migrations, upgrade)
    made, said = described(by_migrations), described(by_models)
    assert made.keys() == said.keys()
    assert {table: what for table, what in made.items() if what != said[table]} == {}
    assert said["triggers"]


def test_a_whole_community_lives_in_migrated_tables_and_they_can_be_taken_down_and_up(
    app: Flask, place: Place, migrate: Migrate
) -> None:
    url = place("lived in")
    migrate(url, upgrade)
    with moved_to(app, url):
        make_scene()
    first = rows(url)
    assert first["posts"] > 5
    assert first["cases"] > 5
    migrate(url, upgrade)  # nothing to do, and nothing is done
    assert rows(url) == first
    migrate(url, downgrade, "base")
    migrate(url, upgrade)
    assert set(rows(url).values()) == {0}
    with moved_to(app, url):
        make_scene()
    assert rows(url) == first


def test_no_step_loses_a_row_of_a_table_that_stays(app: Flask, place: Place, migrate: Migrate) -> None:
    url = place("kept")
    migrate(url, upgrade)
    with moved_to(app, url):
        make_scene()
    steps = len(list((ROOT / "community/migrations/versions").glob("*.py")))
    walked = [rows(url)]
    for _ in range(steps - LANDED_TOGETHER):
        migrate(url, downgrade)
        walked.append(rows(url))
        assert kept(walked[-2], walked[-1]).keys() <= {"notices"}  # a kind that the older house does not know
    below = walked[-1]
    assert below["posts"] > 5
    assert below["sit_series"] > 0
    for number in range(LANDED_TOGETHER + 1, steps + 1):
        before = rows(url)
        migrate(url, upgrade, f"{number:04}")
        assert kept(before, rows(url)) == {}


def kept(before: dict[str, int], after: dict[str, int]) -> dict[str, tuple[int, int]]:
    """Say what became fewer, or more, in tables that are there before and after a step."""
    return {name: (before[name], after[name]) for name in before.keys() & after if before[name] != after[name]}


def test_each_step_leads_up_and_down_alone(place: Place, migrate: Migrate) -> None:
    url = place("by steps")
    migrate(url, upgrade)
    whole = described(url)
    steps = len(list((ROOT / "community/migrations/versions").glob("*.py")))
    for _ in range(min(steps, 3)):
        migrate(url, downgrade)  # by one step
    migrate(url, upgrade)
    assert described(url) == whole


def test_nobody_is_named_for_thanks_of_which_we_do_not_know_how_they_were_seen_then(
    app: Flask, place: Place, migrate: Migrate
) -> None:
    url = place("thanks")
    migrate(url, upgrade)
    with moved_to(app, url):
        make_scene()
    migrate(url, downgrade, "0014")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO sit_thanks (series_id, starts_at, member_id, thanked_at) SELECT min(sit_series.id), "
                "'2026-11-20 10:00:00', min(members.id), '2026-11-20 11:00:00' FROM sit_series, members"
            )
        )
    migrate(url, upgrade)
    with engine.connect() as connection:
        assert list(connection.scalars(sa.text("SELECT seen_as FROM sit_thanks"))) == ["one_more"]
    engine.dispose()


def test_who_has_sat_counts_as_having_read_what_may_come_up(app: Flask, place: Place, migrate: Migrate) -> None:
    url = place("briefed")
    migrate(url, upgrade)
    with moved_to(app, url):
        noor, ines = make_member("Noor Vale"), make_member("Ines Caldeira")
        number, _ = plan_sit(make_group("Ending on Time", teachers=[noor]), noor).split("-")
        with inside(), transaction():
            session().add(Attendance(series_id=int(number), starts_at=now(), member_id=ines.id, joined_at=SAT_AT))
        migrate(url, downgrade, "0015")
        migrate(url, upgrade)
        with inside():
            told = {each.name: each.briefed_at for each in session().scalars(sa.select(Member))}
    assert told == {"Noor Vale": None, "Ines Caldeira": SAT_AT}


def test_what_was_sat_before_there_was_a_log_stands_in_it(app: Flask, place: Place, migrate: Migrate) -> None:
    url = place("sat before")
    migrate(url, upgrade)
    with moved_to(app, url):
        noor, ines = make_member("Noor Vale"), make_member("Ines Caldeira")
        group = make_group("Ending on Time", teachers=[noor])
        plain, moved = (parse_sit_key(plan_sit(group, noor)) for _ in range(2))
        late, early = plain[1] + timedelta(minutes=12), moved[1] - timedelta(minutes=3)
        with inside(), transaction():
            for (number, starts), joined in ((plain, late), (moved, early)):
                session().add(Attendance(series_id=number, starts_at=starts, member_id=ines.id, joined_at=joined))
            wall = (moved[1] + timedelta(hours=1)).astimezone(ZoneInfo("Europe/Lisbon")).replace(tzinfo=None)
            changed = {"kind": ChangeKind.MOVED, "wall_start": wall.isoformat(), "version": 1, "changed_at": early}
            session().add(SitChange(series_id=moved[0], planned_at=moved[1], note="", **changed))
        migrate(url, downgrade, "0019")
        migrate(url, upgrade)
        with inside():
            first, second = session().scalars(sa.select(JournalSit).order_by(JournalSit.began_at))
    assert (first.member_id, first.group_name, first.title) == (ines.id, "Ending on Time", "Evening sit")
    assert (first.began_at, first.minutes, first.practice_key) == (late, 18, "quiet_half_hour")
    assert (second.began_at, second.planned_at, second.minutes) == (moved[1] + timedelta(hours=1), moved[1], 30)


def test_who_sat_before_it_was_told_is_named_in_no_journal(app: Flask, place: Place, migrate: Migrate) -> None:
    url = place("told")
    migrate(url, upgrade)
    with moved_to(app, url):
        noor = make_member("Noor Vale")
        number, start = parse_sit_key(plan_sit(make_group("Ending on Time", teachers=[noor]), noor))
        with inside(), transaction():
            session().add(Attendance(series_id=number, starts_at=start, member_id=noor.id, joined_at=SAT_AT))
            session().flush()
            assert session().scalar(sa.select(Attendance.named_afterwards)) is True
        migrate(url, downgrade, "0025")
        migrate(url, upgrade)
        with inside():
            assert session().scalar(sa.select(Attendance.named_afterwards)) is False


def test_a_migration_that_fails_in_the_middle_leaves_nothing_behind(place: Place, migrate: Migrate) -> None:
    url = place("in the way")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE cases (in_the_way INTEGER)"))
    with pytest.raises(sa.exc.DBAPIError, match="cases"):
        migrate(url, upgrade)
    assert set(sa.inspect(engine).get_table_names()) <= {"cases", "alembic_version"}
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE cases"))
    engine.dispose()
    migrate(url, upgrade)


def test_the_log_of_a_migrated_database_only_grows(place: Place, migrate: Migrate, app: Flask) -> None:
    url = place("log")
    migrate(url, upgrade)
    with moved_to(app, url) as engine:
        scene = make_scene()
        maren = Browser(app, scene.members["maren"])
        path = f"/groups/{scene.words['open']}/members/{scene.ids['ines']}/mutings"
        assert maren.post(path, hours="2", words="Because.").status_code == 303
        for words in ("UPDATE log_entries SET words = 'x'", "DELETE FROM log_entries"):
            with pytest.raises(sa.exc.DBAPIError, match="the log only grows"), engine.begin() as connection:
                connection.execute(sa.text(words))


def test_a_house_on_another_version_says_that_it_is_not_ready(people: People, browser: Callable[..., Browser]) -> None:
    stranger = browser()
    with inside(), transaction() as rows:
        assert rows.scalar(sa.text("SELECT version_num FROM alembic_version")) == versions.newest()
    assert stranger.get("/readyz").status_code == 200
    with inside(), transaction() as rows:
        rows.execute(sa.text("UPDATE alembic_version SET version_num = 'older'"))
    answer = stranger.get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (503, "not ready")


def test_the_newest_migration_is_the_one_that_alembic_finds() -> None:
    assert versions.newest() == ScriptDirectory(str(versions.FOLDER)).get_current_head()


def test_serving_loads_nothing_that_migrates() -> None:
    ask = "import app, sys; print(sorted({'alembic', 'flask_migrate', 'mako'} & set(sys.modules)))"
    said = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=versions.FOLDER.parents[1], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == "[]"
