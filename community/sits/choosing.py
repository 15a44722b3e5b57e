"""What a group may choose to sit with, in the order in which it is offered."""

from collections.abc import Sequence
from typing import NamedTuple

from wtforms.fields.choices import SelectChoice

from community.groups.models import Group
from community.practices.library import Practice


class Offer(NamedTuple):
    """Practices of one kind, under the name that stands above them."""

    name: str
    practices: list[Practice]


def offered(practices: Sequence[Practice], group: Group, *, teacher_leads: bool) -> list[Offer]:
    """Sort what a member may sit with into what is sat in a group, without what a teacher leads unless one does."""
    here = [each for each in practices if each.group is None or each.group.id == group.id]
    fitting = [each for each in here if teacher_leads or not each.teacher_led]
    kinds = [
        Offer("Plain sits", [each for each in fitting if each.is_plain]),
        Offer("Practices", [each for each in fitting if each.group is None and not each.is_plain]),
        Offer(f"Written in {group.name}", [each for each in fitting if each.group is not None]),
    ]
    return [kind for kind in kinds if kind.practices]


def choices(offers: Sequence[Offer]) -> list[SelectChoice]:
    """Give the offers as the choices of a form."""
    return [
        SelectChoice(value=practice.key, label=said(practice), optgroup=offer.name)
        for offer in offers
        for practice in offer.practices
    ]


def said(practice: Practice) -> str:
    """Say a practice in one line of a list."""
    led = ", led by a teacher" if practice.teacher_led else ""
    return f"{practice.title}, {practice.minutes} min{led}"
