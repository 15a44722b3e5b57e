"""Rate windows in the memory of this process, for both doors."""

import threading

from limits.storage import MemoryStorage

IN_MEMORY = "patient-memory://"
SWEPT_EVERY_SECONDS = 60


class PatientMemory(MemoryStorage):
    """Forget what is over once a minute.

    The library's own storage starts a thread for nearly every request to look through all that it holds; in a trial
    that was a millisecond a page. Answers do not rest on the sweep: every one compares the times of its entries.
    """

    STORAGE_SCHEME = ["patient-memory"]  # noqa: RUF012 - the library reads it from the class

    def _MemoryStorage__schedule_expiry(self) -> None:  # noqa: N802 - the library's name for it
        if not self.timer.is_alive():
            self.timer = threading.Timer(SWEPT_EVERY_SECONDS, self._MemoryStorage__expire_events)  # type: ignore[attr-defined]
            self.timer.daemon = True
            self.timer.start()
