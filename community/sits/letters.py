"""Letters about sits: neutral all through, since somebody may look over a shoulder. The sit is behind the link."""

from datetime import datetime

from community.members.letters import Letterhead, moment_in


def reminder_letter(letterhead: Letterhead, key: str, *, zone: str, starts_at: datetime) -> tuple[str, str]:
    """Give subject and body of a reminder, for a reader in this zone."""
    body = (
        f"You asked to be reminded. It begins on {moment_in(zone, starts_at)}.\n\n"
        f"{letterhead.base_url}/sits/{key}\n\n"
        "Come if you like. Nobody counts.\n"
    )
    return f"A reminder from {letterhead.community_name}", body + _foot(letterhead)


def change_letter(letterhead: Letterhead, key: str, *, zone: str, was: datetime) -> tuple[str, str]:
    """Give subject and body for somebody who meant to come to a sit that was moved or will not take place."""
    body = (
        f"What was planned for {moment_in(zone, was)} has changed. The page says how it stands now:\n\n"
        f"{letterhead.base_url}/sits/{key}\n"
    )
    return f"A change of time at {letterhead.community_name}", body + _foot(letterhead)


def _foot(letterhead: Letterhead) -> str:
    return f"\n--\nChoose what you are told of, or nothing: {letterhead.base_url}/settings/sits\n"
