"""Threads and posts: writing to peers, and coming back to the first thing not yet read."""
