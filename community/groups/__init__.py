"""Practice groups: who belongs, who teaches, and what was agreed."""
