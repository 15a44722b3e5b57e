"""The house rules that a program can look after; `make check` adds style, types and the layers."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMMUNITY = ROOT / "community"
NOT_OURS = {"vendor", "__pycache__", "node_modules"}

# Actions without a question in the first line: nobody is signed in yet, the house itself acts, or the thing is
# the person's own by its very signature.
ASKS_NOBODY = {
    "calendars.choose_titles": "changes nothing but the calendar of `by`",
    "calendars.make_calendar": "changes nothing but the calendar of `by`",
    "calendars.revoke_calendar": "changes nothing but the calendar of `by`",
    "members.accept_invitation": "the invitation's token is the right",
    "members.ask_for_reset": "nobody is signed in; the letter decides",
    "groups.hold": "locks what an act then asks the right to",
    "members.ask_in": "nobody is signed in; the invitation's token is the right",
    "members.change_password": "changes nothing but the account of `by`",
    "members.go_in": "changes nothing but the account of `by`",
    "members.choose_theme": "changes nothing but the account of `by`",
    "members.close_door": "an operator's command",
    "members.come_in": "nobody is signed in; the letter's token is the right",
    "members.edit_profile": "changes nothing but the account of `by`",
    "members.forget_old": "the house lets go of what is over",
    "members.look_up_resets": "the house writes the letters that were asked for",
    "members.make_member": "an operator's command, or part of coming in",
    "members.note_seen": "the house keeps count, in batches",
    "members.open_door": "an operator's command",
    "members.set_password_by_reset": "nobody is signed in; the letter's token is the right",
    "members.sign_in": "nobody is signed in; the password was the right",
    "members.sign_out": "ends nothing but the sign-in that asks",
    "members.sign_out_everywhere": "ends nothing but the sign-ins of `by`",
    "notifications.forget": "the house reacts to somebody who left",
    "notifications.forget_earlier": "the house says anew how a thing stands, of which it told before",
    "notifications.forget_older": "the house lets go of what is over",
    "notifications.forget_subjects": "the house reacts to a thing that is gone",
    "notifications.lay_aside": "the house reacts to a thing that was hidden",
    "notifications.notify": "the house tells people of an act that was asked for itself",
    "sits.choose_reminders": "changes nothing but the wishes of `by`",
    "sits.forget_intentions": "the house reacts to somebody who left",
    "sits.forget_leader": "the house reacts to somebody who left",
    "sits.forget_sat": "the house reacts to somebody who erased the log of their sits",
    "sits.forget_old_reminders": "the house lets go of what is over",
    "sits.forget_old_thanks": "the house lets go of what is over",
    "sits.remind": "the house reminds those who wanted it",
    "sits.keep_done": "the house keeps count of what it did by the clock",
    "sits.forget_old_intentions": "the house lets go of what is over",
    "sits.tell_of_end": "the house tells people of an act that was asked for itself",
    "sits.tell_of_change": "the house tells people of an act that was asked for itself",
}

# Not acts at all, but checks of what is given and questions, which doors share with the acts.
CHECKS = {
    "members.clean_email",
    "members.clean_name",
    "members.clean_zone",
    "members.password_hash_for",
    "sits.change_still_wanted",
    "sits.due",
    "sits.ensure_sat_here",
    "sits.intentions_of",
    "sits.meant_since",
    "sits.still_wanted",
    "sits.thanking",
    "sits.who_thanked",
    "sits.wishes_of",
    "sits.waits_until",
    "sits.groups_to_sit_in",
    "sits.last_sat_in",
    "sits.may_be_meant",
    "sits.may_be_changed",
    "sits.means_to_come",
    "sits.meant_by",
}

# Sign-in is Flask-Login's word, and one page in the house says it.
SIGNS_PEOPLE_IN = {"flask_login": {"community.members.views"}}

EVENT_NAME = re.compile(r"[a-z]+:[a-z_]+")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*places: str, suffixes: tuple[str, ...] = (".py",)) -> list[Path]:
    """List our own files below the places, vendored ones left out."""
    found = [
        path for place in places for path in ([ROOT / place] if (ROOT / place).is_file() else (ROOT / place).rglob("*"))
    ]
    return sorted(path for path in found if path.suffix in suffixes and not NOT_OURS & set(path.parts))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def imported(path: Path) -> set[str]:
    """Name every module that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def calls(path: Path, wanted: str) -> Iterator[ast.Call]:
    """Find the calls of a function or method by its name."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)
            if name == wanted:
                yield node


def code() -> list[Path]:
    return files("app.py", "community", "tests", "bench", "tools")


def domain() -> list[Path]:
    return [path for path in files("community") if "migrations" not in path.parts]


def templates() -> list[Path]:
    return files("templates", suffixes=(".html", ".txt"))


def scripts() -> list[Path]:
    return files("static/js", suffixes=(".js",))


def matches(paths: list[Path], pattern: str) -> list[str]:
    """Say where a pattern stands, as file:line."""
    found = re.compile(pattern)
    return [
        f"{name_of(path)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if found.search(line)
    ]


# Size and names


def test_no_file_is_longer_than_500_lines() -> None:
    every = code() + templates() + scripts() + files("static/css", "tests/js", suffixes=(".css", ".js", ".mjs"))
    long = {name_of(path): lines for path in every if (lines := len(path.read_text().splitlines())) > 500}
    assert not long


def test_no_function_is_longer_than_40_lines() -> None:
    long = {
        f"{name_of(path)}:{function.name}": lines
        for path in code()
        if "migrations" not in path.parts
        for function in functions(path)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > 40
    }
    assert not long


def test_every_module_has_a_name_that_a_member_would_understand() -> None:
    vague = {"utils", "util", "helpers", "helper", "services", "service", "common", "manager", "misc", "base"}
    assert not [name_of(path) for path in domain() if path.stem in vague or path.parent.name in vague]


# Who knows whom


def test_nothing_in_the_community_imports_the_entry() -> None:
    assert not [name_of(path) for path in domain() if "app" in imported(path)]


@pytest.mark.parametrize("library", ["flask_login", "flask_socketio"])
def test_only_the_two_doors_know_sign_in_and_sockets(library: str) -> None:
    doors = ("community.web", "community.live")
    knowing = {module_of(path) for path in domain() if library in imported(path)}
    assert {module for module in knowing if not module.startswith(doors)} <= SIGNS_PEOPLE_IN.get(library, set())


def test_only_the_database_module_commits() -> None:
    committing = {name_of(path) for path in domain() if any(calls(path, "commit"))}
    assert committing <= {"community/db.py"}


# Actions


# Where else a slice keeps actions: a subject of its own, with what it writes and reads in one file.
SUBJECTS = (
    *("sits/changes.py", "sits/intentions.py", "sits/reminders.py", "sits/sit_now.py", "sits/thanks.py"),
    "journal/keeping.py",
)


def actions() -> list[tuple[str, Function]]:
    return [
        (f"{path.parent.name}.{node.name}", node)
        for path in sorted([*COMMUNITY.glob("*/actions.py"), *(COMMUNITY / name for name in SUBJECTS)])
        for node in tree(path).body
        if isinstance(node, Function) and not node.name.startswith("_")
        if f"{path.parent.name}.{node.name}" not in CHECKS
    ]


def first_statement(function: Function) -> ast.stmt:
    documented = ast.get_docstring(function) is not None
    return function.body[1 if documented and len(function.body) > 1 else 0]


def takes_more_than_keywords(args: ast.arguments) -> bool:
    return bool(args.args or args.posonlyargs or args.vararg or args.kwarg)


def asks(statement: ast.stmt) -> bool:
    called = statement.value.func if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) else None
    return isinstance(called, ast.Name) and called.id == "require"


def test_every_action_names_what_it_needs() -> None:
    loose = [name for name, function in actions() if takes_more_than_keywords(function.args)]
    assert not loose, "actions take keyword-only arguments and no **kwargs"


def test_every_action_asks_first_whether_its_person_may() -> None:
    silent = {name for name, function in actions() if not asks(first_statement(function))}
    assert silent - ASKS_NOBODY.keys() == set(), "the first statement of an action is require(by, Act.…, thing, at=at)"
    assert ASKS_NOBODY.keys() - silent == set(), "these ask after all, or are gone: take them off the list"


# Socket events


def said_literally(name: str, position: int, paths: list[Path]) -> set[str]:
    """Collect what stands literally at one position of each call of a function."""
    words = (call.args[position] for path in paths for call in calls(path, name) if len(call.args) > position)
    return {word.value for word in words if isinstance(word, ast.Constant) and isinstance(word.value, str)}


def documented_events() -> set[str]:
    rows = [line for line in (ROOT / "docs/architecture.md").read_text().splitlines() if line.startswith("|")]
    return {word for row in rows for word in re.findall(r"`([^`]+)`", row) if EVENT_NAME.fullmatch(word)}


def test_the_event_table_holds_every_command_and_fact_and_no_other() -> None:
    doors = [path for path in domain() if path.name in {"live.py", "circle.py"}]
    spoken = said_literally("command", 0, doors) | said_literally("tell", 1, domain())
    assert not {word for word in spoken if not EVENT_NAME.fullmatch(word)}
    assert documented_events() == spoken


def test_browsers_know_no_event_that_the_table_does_not() -> None:
    nouns = {event.partition(":")[0] for event in documented_events()}
    said = {word for path in scripts() for word in re.findall(r"""["'`]([a-z]+:[a-z_]+)["'`]""", path.read_text())}
    assert {word for word in said if word.partition(":")[0] in nouns} <= documented_events()


# Pages


def test_cleaned_text_enters_a_page_in_one_macro_only() -> None:
    places = matches(templates(), r"\|\s*safe\b")
    assert len(places) == 1, places
    assert places[0].startswith("templates/_macros/")
    assert not matches(templates(), r"autoescape\s+false")


@pytest.mark.parametrize(
    "pattern",
    [r"<style\b", r"\sstyle\s*=", r"\son[a-z]+\s*=\s*[\"']", r"<script\b(?![^>]*\bsrc=)(?![^>]*application/json)"],
    ids=["style element", "style attribute", "event attribute", "inline script"],
)
def test_pages_hold_no_inline_style_or_script(pattern: str) -> None:
    assert not matches([path for path in templates() if "email" not in path.parts], pattern)


def test_every_script_is_checked_for_types() -> None:
    assert not [name_of(path) for path in scripts() if not path.read_text().startswith("// @ts-check")]


def test_no_script_writes_markup_but_the_one_that_takes_fragments_from_us() -> None:
    writing = matches(scripts(), r"\b(innerHTML|outerHTML|insertAdjacentHTML)\b")
    assert {place.partition(":")[0] for place in writing} <= {"static/js/fragment.js"}


# What must not be left lying about


@pytest.mark.parametrize(
    "pattern",
    [
        r"/(?:work|root|farm|tmp)/[a-z.]",
        r"\b(?:TOD[O]|FIXM[E]|XX[X])\b",  # in brackets, so that this line is none itself
        r"pypi[.]org|python[h]osted|npmjs[.]|deb[.]debian",
    ],
    ids=["a machine's path", "an unfinished mark", "a package registry's address"],
)
def test_nothing_of_a_workbench_is_left(pattern: str) -> None:
    text = (".py", ".html", ".txt", ".js", ".mjs", ".css", ".md", ".toml", ".sh", ".json", "")
    of_git = ROOT / ".git"  # in a second worktree a file, which says where the first one is
    top = [
        path.name for path in ROOT.iterdir() if path.is_file() and path != of_git and path.suffix in {*text, ".lock"}
    ]
    places = (*top, ".ci", "community", "tests", "bench", "tools", "templates", "static", "docs")
    assert not matches([path for path in files(*places, suffixes=text) if path.is_file()], pattern)
