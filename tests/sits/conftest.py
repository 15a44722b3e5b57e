"""What tests of sits share."""

from collections.abc import Iterator

import pytest
from flask import Flask

from community.mail import Letter


@pytest.fixture
def sent(app: Flask) -> Iterator[list[Letter]]:
    """Let letters be collected instead of sent."""
    own, letters = app.extensions["mail_transport"], list[Letter]()
    app.extensions["mail_transport"] = letters.append
    yield letters
    app.extensions["mail_transport"] = own
