"""The letters that members get by mail: plain text, neutral subjects, links from the configured address only."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from community.web.words import clock, day, place


def moment_in(zone: str, moment: datetime) -> str:
    """Say until when something is open, to somebody whose zone we know: "Friday 20 November, 19:30 (Lisbon)"."""
    reader = ZoneInfo(zone)
    return f"{day(moment, reader)}, {clock(moment, reader)} ({place(zone)})"


@dataclass(frozen=True)
class Letterhead:
    """What every letter needs to know of this place."""

    community_name: str
    base_url: str

    def confirm(self, token: str, *, until: datetime, zone: str) -> tuple[str, str]:
        """Give subject and body for somebody on the way in."""
        return (
            f"Your way in to {self.community_name}",
            (
                "Welcome.\n\n"
                f"Open this link to confirm your address and come in. It stays open until {moment_in(zone, until)}:\n\n"
                f"{self.base_url}/joining/{token}\n\n"
                "If you did not ask to join, you can leave this letter alone; nothing happens without the link.\n"
            ),
        )

    def here_already(self) -> tuple[str, str]:
        """Give subject and body for somebody who asked to join and is a member already."""
        return (
            f"You are already part of {self.community_name}",
            (
                "Somebody, perhaps you, opened an invitation with this address. You have a place here already.\n\n"
                f"Come in:            {self.base_url}/sign-in\n"
                f"A new password:     {self.base_url}/reset\n\n"
                "After that, open the invitation again to join the group it is for.\n"
            ),
        )

    def reset(self, token: str) -> tuple[str, str]:
        """Give subject and body with the link that sets a new password."""
        return (
            f"A new password for {self.community_name}",
            (
                "You asked for a new password. This link sets one; it works once, for half an hour:\n\n"
                f"{self.base_url}/reset/{token}\n\n"
                "If it was not you, leave this letter alone: your password stays as it is.\n"
            ),
        )

    def password_changed(self) -> tuple[str, str]:
        """Give subject and body that say a password was changed."""
        return (
            f"Your password for {self.community_name} was changed",
            (
                "Your password was changed just now, and every other browser was signed out.\n\n"
                f"If it was not you, set a new one at once: {self.base_url}/reset\n"
            ),
        )
