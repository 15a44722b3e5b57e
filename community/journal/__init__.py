"""The journal: a member's own log of sits, and the pages that nobody but their writer opens."""
