"""Tokens: 256 random bits for the person, a hash of them for us."""

import hashlib
import secrets


def new_token() -> tuple[str, bytes]:
    """Make a token and the hash to keep of it."""
    token = secrets.token_urlsafe(32)
    return token, token_hash(token)


def token_hash(token: str) -> bytes:
    """Give the 32 bytes that we keep instead of the token; it is random enough to need no salt."""
    return hashlib.sha256(token.encode()).digest()
