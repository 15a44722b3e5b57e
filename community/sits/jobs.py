"""What happens for sits by the clock."""

from datetime import timedelta

from community.clock import now
from community.db import transaction
from community.jobs import each_hour, each_minute
from community.sits import actions, intentions

LOOK_BACK = timedelta(minutes=9)  # a process that was down for a while still tells, while the doors are open


@each_minute
def tell_of_doors() -> None:
    """Tell those whom a sit is for that its doors are open."""
    at = now()
    with transaction():
        actions.tell_of_doors(after=at - LOOK_BACK, at=at)


@each_hour
def forget_old() -> None:
    """Let go of what was meant long ago."""
    with transaction():
        intentions.forget_old_intentions(at=now())
