"""What the groups do because somebody came in by a link: it belongs to the same transaction."""

from community import clock
from community.db import session
from community.groups import actions
from community.members.facts import InvitationAccepted
from community.members.models import Invitation
from community.members.queries import member_by_id


def on_invitation_accepted(fact: InvitationAccepted) -> None:
    """Let whoever used a teacher's link into its group; a refusal undoes the use of the link."""
    invitation = session().get(Invitation, fact.invitation_id)
    if invitation is None or invitation.group_id is None:
        return
    # A fact holds ids only, so the moment is asked for here, as in a door.
    actions.join_by_link(by=member_by_id(fact.member_id), invitation=invitation, at=clock.now())
