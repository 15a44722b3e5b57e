"""What the house looks like, held to its own rules: contrast, one place for colours, no inline anything."""

import hashlib
import re
from collections.abc import Iterator
from math import cos, radians, sin
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CSS = ROOT / "static/css"
SCRIPTS = ROOT / "static/js"
TEMPLATES = ROOT / "templates"

READING, WORDS, MARKS = 7.0, 4.5, 3.0  # WCAG: AAA for text, AA for text, AA for what is not text
PAIRS = [
    *[(ink, ground, READING) for ink in ("ink", "ink-2") for ground in ("paper", "leaf", "well")],
    *[("ink-3", ground, WORDS) for ground in ("paper", "leaf", "well")],
    ("on-ink", "ink", READING),
    ("on-ink", "ink-2", WORDS),  # the ink button under a pointer
    *[
        (system, ground, WORDS)
        for system in ("soothing", "drive", "threat")
        for ground in ("paper", "leaf", f"{system}-wash")
    ],
    *[(f"{system}-mark", "paper", MARKS) for system in ("soothing", "drive", "threat")],
    ("edge", "paper", MARKS),
    ("edge", "leaf", MARKS),
    ("zafu-line", "mat", MARKS),
    ("zafu-line", "paper", MARKS),
]
THEMES = {"paper": 0, "candlelight": 1}
COLOUR = re.compile(r"--([\w-]+):\s*light-dark\(oklch\(([^)]+)\),\s*oklch\(([^)]+)\)\)")

LAYERS = {"components": "components", "pages": "pages"}  # by folder; elsewhere the file's own name
LITERAL = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|color)\(", re.IGNORECASE)
ID_SELECTOR = re.compile(r"#[a-z_][\w-]*(?=[^{};]*\{)", re.IGNORECASE)
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "a handler": re.compile(r"<[^>]*\son[a-z]+\s*="),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)"),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
}
UNSAFE_SCRIPT = re.compile(
    r"\.(?:innerHTML|outerHTML|insertAdjacentHTML|srcdoc)\b|document\.write|eval\(|new Function\(|setAttribute\(.style"
)


def files(folder: Path, *patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in folder.rglob(pattern) if "vendor" not in path.parts)


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def linear(oklch: str) -> list[float]:
    """Give linear sRGB, unclipped, by the matrices of the OKLab definition."""
    lightness, chroma, hue = (float(part) for part in oklch.partition("/")[0].split())
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return [
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    ]


def eight_bit(oklch: str) -> list[int]:
    """Give the three bytes that a screen gets."""
    clipped = [min(1.0, max(0.0, part)) for part in linear(oklch)]
    encoded = [12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055 for part in clipped]
    return [round(part * 255) for part in encoded]


def luminance(oklch: str) -> float:
    parts = [byte / 255 for byte in eight_bit(oklch)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def tokens() -> dict[str, tuple[str, str]]:
    text = without_comments((CSS / "tokens.css").read_text())
    return {name: (paper, candlelight) for name, paper, candlelight in COLOUR.findall(text)}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground", "floor"), PAIRS, ids=str)
def test_words_and_marks_stand_out_from_their_ground(theme: str, ink: str, ground: str, floor: float) -> None:
    colours = {name: pair[THEMES[theme]] for name, pair in tokens().items()}

    assert contrast(colours[ink], colours[ground]) >= floor


def test_every_colour_can_be_shown_on_an_ordinary_screen() -> None:
    outside = [
        (name, theme)
        for name, pair in tokens().items()
        for theme, at in THEMES.items()
        if any(not -0.0005 <= part <= 1.0005 for part in linear(pair[at]))
    ]

    assert outside == []


def test_the_browser_frame_has_the_colour_of_the_page() -> None:
    head = (TEMPLATES / "layout_bare.html").read_text()
    said = re.findall(r'name="theme-color" content="(#[0-9a-f]{6})"', head)

    assert said == ["#" + bytes(eight_bit(colour)).hex() for colour in tokens()["paper"]]


def test_a_colour_is_said_in_the_tokens_and_nowhere_else() -> None:
    said = {
        named(path): LITERAL.findall(without_comments(path.read_text()))
        for path in files(CSS, "*.css")
        if path.name != "tokens.css"
    }

    assert {name: found for name, found in said.items() if found} == {}


def test_each_sheet_lies_in_its_layer_and_names_no_ids_and_no_importance() -> None:
    wrong = []
    for path in files(CSS, "*.css"):
        text = without_comments(path.read_text())
        layer = LAYERS.get(path.parent.name, path.stem)
        blocks = re.findall(r"@layer\s+([\w-]+)\s*\{", text)
        wrong += [f"{named(path)}: layers {blocks}"] if blocks != [layer] else []
        wrong += [f"{named(path)}: !important"] if "!important" in text else []
        wrong += [f"{named(path)}: {found}" for found in ID_SELECTOR.findall(text)]

    assert wrong == []


def test_the_layers_are_put_in_order_once_at_the_top() -> None:
    orders = {named(path): re.findall(r"@layer [\w, ]+;", path.read_text()) for path in files(CSS, "*.css")}

    assert {name: found for name, found in orders.items() if found} == {
        "static/css/tokens.css": ["@layer reset, tokens, base, layout, components, pages, utilities, print;"]
    }


def test_every_rule_is_for_something_that_a_page_or_a_script_has() -> None:
    selectors = " ".join(
        found
        for path in files(CSS, "*.css")
        for found in re.findall(r"[^{}]+(?=\{)", without_comments(path.read_text()))
    )
    wanted = set(re.findall(r"\.([a-z][\w-]*)", selectors))
    pages = "\n".join(path.read_text() for path in [*files(TEMPLATES, "*.html"), *files(SCRIPTS, "*.js")])
    words = set(re.findall(r"[a-z][\w-]*", pages))

    assert sorted(wanted - words) == []


def test_every_file_that_the_sheets_ask_for_is_there() -> None:
    asked = {
        address for path in files(CSS, "*.css") for address in re.findall(r'url\("?([^")]+)"?\)', path.read_text())
    }

    assert [address for address in asked if not (CSS / address).resolve().is_file()] == []


def test_no_page_has_inline_script_or_style() -> None:
    found = [
        f"{named(path)}: {what}"
        for path in files(TEMPLATES, "*.html")
        for what, pattern in INLINE.items()
        if pattern.search(re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL))
    ]

    assert found == []


def test_stored_html_is_trusted_in_one_macro_only() -> None:
    trusting = [named(path) for path in files(TEMPLATES, "*.html") if re.search(r"\|\s*safe\b", path.read_text())]

    assert trusting == ["templates/_macros/prose.html"]


def test_scripts_make_elements_of_text_in_one_module_only_and_write_no_style_attribute() -> None:
    unsafe = {named(path): UNSAFE_SCRIPT.findall(path.read_text()) for path in files(SCRIPTS, "*.js")}
    parsing = [named(path) for path in files(SCRIPTS, "*.js") if "DOMParser" in path.read_text()]

    assert {name: found for name, found in unsafe.items() if found} == {}
    assert parsing == ["static/js/fragment.js"]


def test_every_script_is_checked_for_types() -> None:
    unchecked = [named(path) for path in files(SCRIPTS, "*.js") if not path.read_text().startswith("// @ts-check\n")]

    assert unchecked == []


def behaviors() -> Iterator[tuple[str, Path]]:
    listed = re.findall(
        r'selector: "([^"]+)", when: "\w+", load: \(\) => import\("\./([^"]+)"\)', (SCRIPTS / "app.js").read_text()
    )
    yield from ((selector, SCRIPTS / module) for selector, module in listed)


def test_each_behaviour_is_listed_under_the_selector_that_it_gives() -> None:
    listed = list(behaviors())
    given = [(f'export const selector = "{selector}";' in path.read_text(), named(path)) for selector, path in listed]

    assert listed
    assert [name for fits, name in given if not fits] == []
    assert {path for _, path in listed} == set((SCRIPTS / "behaviors").glob("*.js"))


@pytest.mark.parametrize("folder", ["fonts", "js/vendor"])
def test_files_from_elsewhere_are_the_ones_that_their_table_names(folder: str) -> None:
    place = ROOT / "static" / folder
    rows = re.findall(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", (place / "README.md").read_text(), re.MULTILINE)
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files_from_elsewhere(place)}

    assert dict(rows) == there


def files_from_elsewhere(place: Path) -> list[Path]:
    return sorted(path for path in place.iterdir() if path.suffix in {".woff2", ".js"})
