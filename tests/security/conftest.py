"""The community in which everybody and everything is there, for the tests of who gets at what."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.security.stage import Stage, set_stage


@pytest.fixture
def stage(app: Flask) -> Iterator[Stage]:
    """Give the scene, laid out anew."""
    staged = set_stage(app)
    yield staged
    staged.close()
