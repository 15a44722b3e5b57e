"""The map of everything that happens "because of": fact, what joins its transaction, what follows its commit."""

from community import live, post_office
from community.events import after
from community.members import facts as members
from community.members import jobs as members_jobs


def connect() -> None:
    """Connect the table; read it top to bottom."""
    after(members.SignInsEnded, lambda fact: live.close_sockets_of(sign_in_ids=fact.sign_in_ids))
    after(members.LettersWaiting, lambda _fact: members_jobs.look_up_resets(), lambda _fact: post_office.send_waiting())
