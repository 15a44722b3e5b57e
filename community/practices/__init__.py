"""Practices: what one sits with, as plans with words and care, those of the house and those that teachers write."""
