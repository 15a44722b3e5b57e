"""The address of a meeting elsewhere, in which the people of a sit hear each other. Pure."""

from typing import Final
from urllib.parse import urlsplit

from community.errors import Invalid

LINK_LENGTH: Final = 500
NO_LINK: Final = "Give the whole address of the meeting, beginning with https://, or leave it empty."


def meeting_link(given: str | None) -> str | None:
    """Give the address as it is kept, None for none; raises Invalid for all that no browser should be sent to."""
    link = (given or "").strip()
    if not link:
        return None
    try:
        parts = urlsplit(link)
        host, names_somebody = parts.hostname, "@" in parts.netloc
        parts.port  # noqa: B018 - it is read only now, and may be none
    except ValueError:
        raise Invalid(NO_LINK, field="meeting_link") from None
    plain = link.isprintable() and not any(character.isspace() or character in '\\"<>' for character in link)
    if len(link) > LINK_LENGTH or parts.scheme != "https" or not host or names_somebody or not plain:
        raise Invalid(NO_LINK, field="meeting_link")
    return link
