"""Ways to spoil a sound plan, each by breaking one rule; what the linter is held against."""

import copy
import random
from collections.abc import Callable
from typing import Any

Plan = dict[str, Any]
Spoil = Callable[[Plan, random.Random], bool]
"""Spoils a plan in place; False where there is nothing in it to be spoilt that way."""

LONG = "and so on " * 15


def spoilt(plan: Plan, spoil: Spoil, chance: random.Random) -> Plan | None:
    """Give a spoilt copy, or None where it cannot be spoilt that way."""
    changed = copy.deepcopy(plan)
    return changed if spoil(changed, chance) else None


def _lines(plan: Plan, *kinds: str) -> list[dict[str, Any]]:
    return [line for line in plan["segments"] if line["kind"] in kinds]


def _said(plan: Plan) -> list[dict[str, Any]]:
    return [line for line in plan["segments"] if line.get("text") and line["at_s"] < plan["total_s"]]


def _end(plan: Plan) -> dict[str, Any]:
    last: dict[str, Any] = next(line for line in reversed(plan["segments"]) if line["kind"] != "circle")
    return last


def _add(plan: Plan, line: dict[str, Any]) -> bool:
    """Put a line where its time belongs."""
    place = next((n for n, each in enumerate(plan["segments"]) if each["at_s"] > line["at_s"]), len(plan["segments"]))
    plan["segments"].insert(place, line)
    return True


def _one(lines: list[dict[str, Any]], chance: random.Random, **said: Any) -> bool:
    """Change one of these lines; a part that is None is taken out."""
    if not lines:
        return False
    line = chance.choice(lines)
    for name, value in said.items():
        if value is None:
            line.pop(name, None)
        else:
            line[name] = value
    return True


def no_first_bell(plan: Plan, _chance: random.Random) -> bool:
    del plan["segments"][0]
    return True


def first_bell_late(plan: Plan, chance: random.Random) -> bool:
    plan["segments"][0]["at_s"] = chance.randint(1, 5)
    return True


def quiet_beginning(plan: Plan, _chance: random.Random) -> bool:
    plan["segments"][0] = {"at_s": 0, "kind": "silence"}
    return True


def no_last_bell(plan: Plan, _chance: random.Random) -> bool:
    plan["segments"].remove(_end(plan))
    return True


def quiet_end(plan: Plan, _chance: random.Random) -> bool:
    end = _end(plan)
    end.clear()
    end.update(at_s=plan["total_s"], kind="silence")
    return True


def last_bell_early(plan: Plan, chance: random.Random) -> bool:
    plan["total_s"] += chance.randint(1, 300)
    return True


def bell_without_stroke(plan: Plan, chance: random.Random) -> bool:
    return _one(_lines(plan, "bell"), chance, bells=0)


def too_many_strokes(plan: Plan, chance: random.Random) -> bool:
    return _one(_lines(plan, "bell"), chance, bells=chance.randint(10, 108))


def strokes_no_number(plan: Plan, chance: random.Random) -> bool:
    return _one(_lines(plan, "bell"), chance, bells=chance.choice(["two", True, 1.5]))


def words_too_long(plan: Plan, chance: random.Random) -> bool:
    return _one(_said(plan), chance, text=LONG)


def words_blank(plan: Plan, chance: random.Random) -> bool:
    return _one(_lines(plan, "cue"), chance, text="  \n ")


def words_missing(plan: Plan, chance: random.Random) -> bool:
    return _one(_lines(plan, "cue"), chance, text=None, layer=None)


def words_unreadable(plan: Plan, chance: random.Random) -> bool:
    return _one(_said(plan), chance, text=chance.choice(["be\u202ekind", "a bro\ud800ken sign", 7]))


def silence_speaks(plan: Plan, chance: random.Random) -> bool:
    return _one(_lines(plan, "silence"), chance, text="Shh.")


def silence_leads_somewhere(plan: Plan, chance: random.Random) -> bool:
    return _one(_lines(plan, "silence"), chance, layer="image")


def two_times_swapped(plan: Plan, chance: random.Random) -> bool:
    inner = plan["segments"][1:-1]
    if len(inner) < 2:
        return False
    one, other = chance.sample(inner, 2)
    if one["at_s"] == other["at_s"]:
        return False
    one["at_s"], other["at_s"] = other["at_s"], one["at_s"]
    return True


def two_at_once(plan: Plan, chance: random.Random) -> bool:
    return _add(plan, {"at_s": chance.choice(_lines(plan, "silence", "cue", "bell"))["at_s"], "kind": "walk"})


def beyond_the_end(plan: Plan, chance: random.Random) -> bool:
    plan["segments"].append({"at_s": plan["total_s"] + chance.randint(1, 60), "kind": "silence"})
    return True


def before_the_beginning(plan: Plan, chance: random.Random) -> bool:
    return _one(plan["segments"], chance, at_s=-chance.randint(1, 60))


def time_no_number(plan: Plan, chance: random.Random) -> bool:
    return _one(plan["segments"], chance, at_s=chance.choice(["3:00", 60.5, False, None]))


def words_too_soon(plan: Plan, chance: random.Random) -> bool:
    before = chance.choice(_said(plan) or [{}])
    if not before or before["at_s"] + 7 >= plan["total_s"]:
        return False
    return _add(plan, {"at_s": before["at_s"] + chance.randint(1, 7), "kind": "cue", "text": "And?", "layer": "body"})


def words_at_the_end(plan: Plan, chance: random.Random) -> bool:
    at_s = plan["total_s"] - chance.randint(1, 19)
    return _add(plan, {"at_s": at_s, "kind": "cue", "text": "One more thing.", "layer": "body"})


def bell_speaks_at_the_end(plan: Plan, chance: random.Random) -> bool:
    return _add(plan, {"at_s": plan["total_s"] - chance.randint(1, 19), "kind": "bell", "text": "Soon."})


def no_care(plan: Plan, chance: random.Random) -> bool:
    plan["care"] = chance.choice([[], None, "be kind", {}])
    return True


def care_blank(plan: Plan, _chance: random.Random) -> bool:
    plan["care"].append(" ")
    return True


def care_too_long(plan: Plan, _chance: random.Random) -> bool:
    plan["care"].append(LONG * 3)
    return True


def too_much_care(plan: Plan, _chance: random.Random) -> bool:
    plan["care"] = ["Stop whenever you like."] * 13
    return True


def title_unfit(plan: Plan, chance: random.Random) -> bool:
    plan["title"] = chance.choice(["", " ", LONG, None, 3])
    return True


def unknown_kind(plan: Plan, chance: random.Random) -> bool:
    return _one(plan["segments"], chance, kind=chance.choice(["gong", "", None, 1, "Bell"]))


def unknown_layer(plan: Plan, chance: random.Random) -> bool:
    return _one(_said(plan), chance, layer=chance.choice(["soul", 1, "Body"]))


def optional_bell(plan: Plan, chance: random.Random) -> bool:
    chance.choice([plan["segments"][0], _end(plan)])["optional"] = True
    return True


def optional_perhaps(plan: Plan, chance: random.Random) -> bool:
    return _one(plan["segments"], chance, optional=chance.choice(["maybe", 1, "y"]))


def words_first(plan: Plan, _chance: random.Random) -> bool:
    said = _said(plan)
    return bool(said) and bool(said[0].update(layer="words") or True)


def image_first(plan: Plan, _chance: random.Random) -> bool:
    said = _said(plan)
    return bool(said) and bool(said[0].update(layer="image") or True)


def no_body(plan: Plan, chance: random.Random) -> bool:
    if not _said(plan) or _lines(plan, "walk"):
        return False
    for line in _said(plan):
        line["layer"] = chance.choice(["image", "words"])
    return True


def image_after_words(plan: Plan, chance: random.Random) -> bool:
    said = [line for line in _said(plan) if line["kind"] in {"cue", "bell"}]
    if len(said) < 3:
        return False
    for line, layer in zip(said, ["body", "words", *["body"] * len(said)], strict=False):
        line["layer"] = layer
    chance.choice(said[2:])["layer"] = "image"
    return True


def writing_first(plan: Plan, _chance: random.Random) -> bool:
    if len(_said(plan)) < 2:
        return False
    _said(plan)[-1]["layer"] = "body"
    for line in _said(plan)[:-1]:
        line.pop("layer", None)
    return _add(plan, {"at_s": 1, "kind": "write"})


def circle_in_the_middle(plan: Plan, chance: random.Random) -> bool:
    return _add(plan, {"at_s": chance.randint(10, 50), "kind": "circle"})


def two_circles(plan: Plan, _chance: random.Random) -> bool:
    plan["segments"] += [{"at_s": plan["total_s"], "kind": "circle"}] * 2
    return True


def circle_with_bells(plan: Plan, _chance: random.Random) -> bool:
    plan["segments"] = [line for line in plan["segments"] if line["kind"] != "circle"]
    plan["segments"].append({"at_s": plan["total_s"], "kind": "circle", "bells": 1})
    return True


def circle_unfit(plan: Plan, chance: random.Random) -> bool:
    plan["circle_s"] = chance.choice([0, 59, 3601, "900", 60.0])
    return True


def length_unfit(plan: Plan, chance: random.Random) -> bool:
    plan["total_s"] = chance.choice([0, 59, 10801, None, "600", True])
    return True


def name_unfit(plan: Plan, chance: random.Random) -> bool:
    name, value = chance.choice([("id", "Two words"), ("id", None), ("version", 0), ("version", "1")])
    plan[name] = value
    return True


def unknown_part(plan: Plan, chance: random.Random) -> bool:
    chance.choice([plan, chance.choice(plan["segments"])])["volume"] = 3
    return True


def too_many_lines(plan: Plan, _chance: random.Random) -> bool:
    plan["segments"][1:1] = [{"at_s": 1, "kind": "silence"}] * 60
    return True


SPOILS: tuple[Spoil, ...] = (
    *(no_first_bell, first_bell_late, quiet_beginning, no_last_bell, quiet_end, last_bell_early),
    *(bell_without_stroke, too_many_strokes, strokes_no_number),
    *(words_too_long, words_blank, words_missing, words_unreadable, silence_speaks, silence_leads_somewhere),
    *(two_times_swapped, two_at_once, beyond_the_end, before_the_beginning, time_no_number),
    *(words_too_soon, words_at_the_end, bell_speaks_at_the_end),
    *(no_care, care_blank, care_too_long, too_much_care, title_unfit),
    *(unknown_kind, unknown_layer, optional_bell, optional_perhaps),
    *(words_first, image_first, no_body, image_after_words, writing_first),
    *(circle_in_the_middle, two_circles, circle_with_bells, circle_unfit),
    *(length_unfit, name_unfit, unknown_part, too_many_lines),
)
