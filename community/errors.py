"""Refusals: the few kinds that the doors know how to answer.

A domain error is one of these or a subclass named beside what raises it. Its text is shown to the person, so
it says what to do next and never what they may not know.
"""


class Refused(Exception):  # noqa: N818 - a refusal is part of the conversation, not a fault
    """Something asked for is not done; the text is for the person who asked."""

    status = 400
    kind = "refused"
    sentence = "That could not be done."

    def __init__(self, sentence: str | None = None) -> None:
        self.sentence = sentence or self.sentence
        super().__init__(self.sentence)


class NotFound(Refused):
    """The thing is absent, or the asker may not know that it is there: one answer for both."""

    status = 404
    kind = "not_found"
    sentence = "There is nothing here, or nothing that is open to you."


class NotAllowed(Refused):
    """The asker sees the thing and may not do this to it."""

    status = 403
    kind = "not_allowed"
    sentence = "That is not open to you here."


class Conflict(Refused):
    """Somebody else came first; the text says what happened."""

    status = 409
    kind = "conflict"
    sentence = "This has changed since you opened it. Look again before you decide."


class Invalid(Refused, ValueError):  # noqa: N818 - as above
    """What was given does not fit; ``field`` names the form field or event key, if there is one."""

    status = 422
    kind = "invalid"
    sentence = "Something here does not fit yet."

    def __init__(self, sentence: str | None = None, *, field: str | None = None) -> None:
        self.field = field
        super().__init__(sentence)


class TooOften(Refused):
    """A limit is reached; ``retry_after_seconds`` says when it opens again."""

    status = 429
    kind = "too_often"
    sentence = "That was a lot in a short time. Please wait a little and try again."

    def __init__(self, sentence: str | None = None, *, retry_after_seconds: int = 60) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(sentence)
