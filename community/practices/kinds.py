"""What practices are for: the three systems of emotion, and the moments in a therapist's day that set them off."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class System(StrEnum):
    """One of the three systems; told apart by shape as well as hue, see ``templates/_macros/practice.html``."""

    DRIVE = "drive"
    THREAT = "threat"
    SOOTHING = "soothing"


class Trigger(StrEnum):
    """A moment that a practice may meet."""

    ENDING_ON_TIME = "ending_on_time"
    SAYING_NO = "saying_no"
    SLOW_CHANGE = "slow_change"
    NOT_GOOD_ENOUGH = "not_good_enough"
    IMPOSTOR = "impostor"
    TOO_MUCH = "too_much"
    HARD_SESSION = "hard_session"
    BETWEEN_SESSIONS = "between_sessions"
    ALONE = "alone"


SYSTEM_WORDS: Final[Mapping[System, str]] = MappingProxyType(
    {
        System.DRIVE: "Drive, chosen rather than pulled",
        System.THREAT: "Threat, met kindly",
        System.SOOTHING: "Soothing, woken and let in",
    }
)

TRIGGER_WORDS: Final[Mapping[Trigger, str]] = MappingProxyType(
    {
        Trigger.ENDING_ON_TIME: "Ending on time",
        Trigger.SAYING_NO: "Saying no",
        Trigger.SLOW_CHANGE: "Slow change, great worry",
        Trigger.NOT_GOOD_ENOUGH: "Feeling not good enough",
        Trigger.IMPOSTOR: "Feeling like an impostor",
        Trigger.TOO_MUCH: "Having taken on too much",
        Trigger.HARD_SESSION: "After a hard session",
        Trigger.BETWEEN_SESSIONS: "Between two sessions",
        Trigger.ALONE: "Alone with it",
    }
)
