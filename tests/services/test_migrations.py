"""The way up and the way down, on both engines, by the command that an operator would say."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.services.postgres import new_database
from tests.services.process import plain_environment

ROOT = Path(__file__).parents[2]

Flask = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'community.db'}" if request.param == "sqlite" else new_database()


@pytest.fixture
def flask(database: str, tmp_path: Path) -> Flask:
    """Say ``flask --app app …`` for this database."""

    def said(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *words], cwd=ROOT,
            env={**plain_environment(), "DATA": str(tmp_path), "DATABASE_URL": database},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    return said


def standing(database: str) -> set[str]:
    """Name the tables, and whatever else a migration may leave behind: triggers, functions, types."""
    engine = create_engine(database)
    elsewhere = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')",
        "postgresql": "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " UNION SELECT typname::text FROM pg_type"
        " WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')",
    }
    try:
        with engine.connect() as connection:
            besides = set(connection.scalars(text(elsewhere[engine.dialect.name])))
        return (set(inspect(engine).get_table_names()) | besides) - {"alembic_version"}
    finally:
        engine.dispose()


def well(done: "subprocess.CompletedProcess[str]") -> None:
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def test_migrations_lead_to_the_models_and_all_the_way_back(flask: Flask, database: str) -> None:
    well(flask("db", "upgrade"))
    well(flask("db", "check"))  # nothing that the models have and the tables have not, or the other way round
    made = standing(database)
    assert "members" in made
    well(flask("db", "downgrade", "base"))
    assert standing(database) == set()
    well(flask("db", "upgrade"))
    assert standing(database) == made
