"""What tests of sits share."""

from collections.abc import Iterator

import pytest
from flask import Flask

from community.db import Base
from community.mail import Letter
from tests.moderation.conftest import moved_to
from tests.people import People, make_people
from tests.services.postgres import new_database


@pytest.fixture
def sent(app: Flask) -> Iterator[list[Letter]]:
    """Let letters be collected instead of sent."""
    own, letters = app.extensions["mail_transport"], list[Letter]()
    app.extensions["mail_transport"] = letters.append
    yield letters
    app.extensions["mail_transport"] = own


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def there(request: pytest.FixtureRequest, app: Flask) -> Iterator[People]:
    """Give the people on SQLite, then on PostgreSQL."""
    if request.param == "sqlite":
        yield make_people()
        return
    with moved_to(app, new_database()) as other:
        Base.metadata.create_all(other)
        yield make_people()
