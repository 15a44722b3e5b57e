"""What carries a fact from one process to the sockets of all others: Socket.IO's message queue, by our Redis.

The library's own manager speaks JSON too, but it waits for a Redis that hangs, twice for each fact, and asks for one
that was away ever more rarely, up to once a minute; ours has the one breaker that the whole house has.
"""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from socketio.pubsub_manager import PubSubManager

from community import shared

PAUSE_SECONDS = 0.5


class Crier(PubSubManager):
    """Tell the other processes' rooms what happened; a fact that finds Redis away is heard on this process only."""

    name = "crier"

    def __init__(self) -> None:
        super().__init__(channel=shared.channel("facts"))

    def _publish(self, data: dict[str, Any]) -> None:
        with suppress(shared.Away), shared.asking() as redis:
            redis.publish(self.channel, json.dumps(data))

    def _listen(self) -> Iterator[bytes]:
        while True:
            with suppress(shared.Away):
                yield from shared.heard_on(self.channel)
            time.sleep(PAUSE_SECONDS)
