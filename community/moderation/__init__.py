"""The desk: cases, what teachers decide, and the log of it."""
