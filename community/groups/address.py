"""The word by which a group is found: made once, from its first name."""

import secrets
import unicodedata

from community.groups.models import SLUG_LENGTH

RESERVED = frozenset({"new"})
ENDING_LENGTH = 6
ENDING_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is easily taken for another
LONGEST = SLUG_LENGTH - ENDING_LENGTH - 1


def address_of(name: str) -> str:
    """Give "ending-on-time" for "Ending on Time"; a name without a plain letter becomes "group"."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    words = "".join(sign if sign.isalnum() else " " for sign in plain.replace("'", "")).split()
    address = "-".join(words)[:LONGEST].strip("-") or "group"
    return f"{address}-group" if address in RESERVED else address


def with_ending(address: str) -> str:
    """Give the address with an ending that nobody can guess, nor tell how many others there are."""
    return f"{address}-{''.join(secrets.choice(ENDING_SIGNS) for _ in range(ENDING_LENGTH))}"
