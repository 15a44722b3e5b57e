"""Programmes: practices in an order, followed alone or by a group with its sits."""
