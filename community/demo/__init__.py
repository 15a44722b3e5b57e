"""The demo: a made-up community, filled through the actions, into which anyone may step as one of its people."""

from community.demo.door import init_app, whom_to_be
from community.demo.fill import fill

__all__ = ["fill", "init_app", "whom_to_be"]
