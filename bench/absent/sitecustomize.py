"""Let a server under measurement find only what it would find where it is installed to be run.

Some libraries load others when they happen to be there (Redis, PostgreSQL, requests), and those that tests need
weigh 30 MB. Python imports this module by itself wherever its folder is on PYTHONPATH.
"""

import os
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec

ABSENT = frozenset(os.environ.get("ABSENT_MODULES", "").split(","))


class Absence(MetaPathFinder):
    """Says of some modules that they are not there."""

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Raise ModuleNotFoundError for what is absent; leave everything else to the others."""
        if fullname.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


sys.meta_path.insert(0, Absence())
