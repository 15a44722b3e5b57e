"""The plans every community begins with, in the plan schema, in our own words.

Data only: ``community.sits.plan`` reads and checks them when it is imported, so that a plan that breaks a rule
never leaves this file.
"""

from typing import Any, Final

_ALWAYS: Final = [
    "Your eyes may stay open.",
    "Breath, hands, sounds or something you can see: rest your attention wherever is kind today.",
    "Moving, pausing or leaving is part of the practice. Nobody asks why.",
]

PLANS: Final[tuple[dict[str, Any], ...]] = (
    {
        "id": "soothing_rhythm_breathing",
        "title": "Soothing rhythm breathing",
        "version": 1,
        "total_s": 600,
        "segments": [
            {"at_s": 0, "kind": "bell", "bells": 3, "text": "Sit tall, with a soft face."},
            {
                "at_s": 45,
                "kind": "cue",
                "text": "Find a breath that is even and a little slower, in and out alike.",
            },
            {"at_s": 120, "kind": "cue", "text": "If the out-breath would like to be longer, let it."},
            {"at_s": 180, "kind": "silence"},
            {
                "at_s": 360,
                "kind": "bell",
                "bells": 1,
                "text": "Feel your weight in the chair, and the chair holding it.",
            },
            {"at_s": 390, "kind": "silence"},
            {"at_s": 540, "kind": "cue", "text": "Say one kind word to yourself, in your own voice."},
            {"at_s": 580, "kind": "cue", "text": "Let your attention widen to the room."},
            {"at_s": 600, "kind": "bell", "bells": 1},
        ],
        "care": [
            "Watching the breath can alarm. If it does, stay with your hands or with sounds instead.",
            "With asthma, panic or dizziness, let the breath be as it is and leave its rhythm alone.",
            *_ALWAYS,
        ],
    },
    {
        "id": "after_a_difficult_session",
        "title": "After a difficult session",
        "version": 1,
        "total_s": 720,
        "segments": [
            {
                "at_s": 0,
                "kind": "bell",
                "bells": 1,
                "text": "Stand up. Shake out your arms, or press your palms together.",
            },
            {
                "at_s": 90,
                "kind": "cue",
                "text": "Sit down. Look around the room and name five things that you see.",
            },
            {"at_s": 180, "kind": "cue", "text": "Which system is up just now: drive, threat or soothing?"},
            {"at_s": 240, "kind": "cue", "text": "Rest a hand where it is tight, or on the arm of the chair."},
            {"at_s": 300, "kind": "silence"},
            {"at_s": 450, "kind": "bell", "bells": 1, "text": "Others know this hour too."},
            {"at_s": 510, "kind": "silence"},
            {"at_s": 630, "kind": "cue", "text": "Whom will you tell about it, and when?"},
            {"at_s": 720, "kind": "bell", "bells": 1},
        ],
        "care": [
            "If there was a threat, or somebody may be at risk, do what your duty asks first. The sit can wait.",
            "If you are shaking or things feel unreal, keep your eyes open and call somebody you trust.",
            *_ALWAYS,
        ],
    },
    {
        "id": "quiet_half_hour",
        "title": "Quiet half hour",
        "version": 1,
        "total_s": 1800,
        "segments": [
            {"at_s": 0, "kind": "bell", "bells": 3, "text": "settle"},
            {"at_s": 120, "kind": "silence"},
            {"at_s": 900, "kind": "bell", "bells": 1},
            {"at_s": 930, "kind": "silence"},
            {"at_s": 1800, "kind": "bell", "bells": 1},
            {"at_s": 1800, "kind": "circle"},
        ],
        "care": [
            "Half an hour without words is long if you slept badly or carry something raw: come for a part of it.",
            "In the circle you may speak, pass, or keep silence.",
            *_ALWAYS,
        ],
    },
    {
        "id": "open_sit_with_walking",
        "title": "Open sit with walking",
        "version": 1,
        "total_s": 2400,
        "segments": [
            {"at_s": 0, "kind": "bell", "bells": 3, "text": "Settle in the way your body likes today."},
            {
                "at_s": 30,
                "kind": "cue",
                "text": "Choose an anchor: breath, hands, sounds, or something you can see.",
            },
            {"at_s": 60, "kind": "silence"},
            {"at_s": 1200, "kind": "walk", "bells": 2, "text": "Stand up and walk slowly, wherever you are."},
            {"at_s": 1620, "kind": "bell", "bells": 3, "text": "Come back to your seat."},
            {"at_s": 1650, "kind": "silence"},
            {"at_s": 2280, "kind": "cue", "text": "Notice who sat with you."},
            {"at_s": 2400, "kind": "bell", "bells": 1},
            {"at_s": 2400, "kind": "circle"},
        ],
        "care": [
            "If you are new to this, twenty minutes are plenty: the walk is a good moment to come or to go.",
            "After lost sleep or a fresh shock, sit for a shorter time and keep your eyes open.",
            *_ALWAYS,
        ],
    },
    {
        "id": "open_room",
        "title": "Open room",
        "version": 1,
        "total_s": 1740,
        "segments": [
            {"at_s": 0, "kind": "bell", "bells": 3, "text": "settle"},
            {"at_s": 60, "kind": "silence"},
            {"at_s": 870, "kind": "bell", "bells": 1},
            {"at_s": 900, "kind": "silence"},
            {"at_s": 1740, "kind": "bell", "bells": 1},
        ],
        "care": [
            "Nobody leads this room or watches over it. If it is too much today, go and talk to a person.",
            *_ALWAYS,
        ],
    },
)
