"""An address as we keep it: one spelling for everybody who writes it down or asks for it."""

from email_validator import EmailNotValidError, validate_email


def kept_email(text: str) -> str | None:
    """Give the spelling that we keep, lower case; None for what is no address."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None
