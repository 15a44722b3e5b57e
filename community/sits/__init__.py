"""Sits: people practising together at one time, computed from a plan and a rule of recurrence."""
