"""A member's own calendar of sits, kept by a calendar program at an address that only they know."""
