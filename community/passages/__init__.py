"""Sharing one passage of one's journal: with the people of a group or with its teachers, until it is taken back."""
