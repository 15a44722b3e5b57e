"""The named people of the tests, so that a story reads as one."""

from dataclasses import dataclass

from community.groups.models import Group, GroupKind
from community.members.models import Member
from tests.factories import make_group, make_member


@dataclass(frozen=True)
class People:
    """One group, who belongs to it, and who does not."""

    maren: Member  # teaches Ending on Time
    tomasz: Member  # its second teacher
    ines: Member  # a member
    jonah: Member  # another member
    viktor: Member  # a stranger here: a member of another group
    odile: Member  # teaches that other group
    ada: Member  # looks after the community; belongs to no group
    group: Group  # Ending on Time
    elsewhere: Group  # Quiet Harbour, hidden


def make_people() -> People:
    """Make them all."""
    maren, tomasz = make_member("Maren Oduya"), make_member("Tomasz Wren")
    ines, jonah = make_member("Ines Caldeira"), make_member("Jonah Feld")
    viktor, odile = make_member("Viktor Lind"), make_member("Odile Marsh")
    ada = make_member("Ada Quill", is_admin=True)
    group = make_group("Ending on Time", teachers=[maren, tomasz], members=[ines, jonah])
    elsewhere = make_group("Quiet Harbour", kind=GroupKind.HIDDEN, teachers=[odile], members=[viktor])
    return People(maren, tomasz, ines, jonah, viktor, odile, ada, group, elsewhere)
