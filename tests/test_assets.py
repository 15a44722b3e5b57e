"""What is sent of the static files: whole where it matters, without what is written for us alone."""

import re
from pathlib import Path

import pytest
from flask import Flask

from community.web import assets

SCRIPTS = Path(__file__).resolve().parents[1] / "static/js"
OURS = sorted(path for path in SCRIPTS.rglob("*.js") if "vendor" not in path.parts)


def sent(app: Flask, path: Path) -> str:
    address = f"js/{path.relative_to(SCRIPTS).as_posix()}"
    digest = app.extensions["assets"]["hash"]
    with app.test_client().get(f"/static/{digest}/{address}") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "text/javascript"
        assert "immutable" in answer.headers["Cache-Control"]
        return answer.get_data(as_text=True)


def code_lines(text: str) -> list[str]:
    """Give the lines that hold code, found by walking through them rather than by a pattern."""
    lines, inside = [], False
    for line in (each.strip() for each in text.splitlines()):
        opens = not inside and line.startswith("/*") and ("*/" not in line or line.endswith("*/"))
        if not (inside or opens or line.startswith("//") or not line):
            lines.append(line)
        inside = (inside or opens) and "*/" not in line
    return lines


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_a_script_is_sent_with_all_its_code_and_without_its_comments(app: Flask, path: Path) -> None:
    lines = [line.strip() for line in sent(app, path).splitlines() if line.strip()]

    assert lines == code_lines(path.read_text())


def test_a_library_is_sent_as_it_came(app: Flask) -> None:
    [path] = (SCRIPTS / "vendor").glob("*.js")

    assert sent(app, path) == path.read_text()


def test_a_page_may_not_ask_for_a_file_outside_or_one_that_is_not_there(app: Flask) -> None:
    for address in ("js/nothing.js", "../app.py", "css/tokens.css", "js/../../app.py"):
        assert app.test_client().get(f"/static/x/{address}").status_code == 404


def test_the_stylesheet_is_sent_without_spaces_that_only_we_need_and_loses_nothing_else() -> None:
    sheets = [path for pattern in assets.SHEETS for path in sorted((assets.ROOT / "css").glob(f"{pattern}.css"))]
    written = assets.COMMENTS.sub("", "\n".join(path.read_text() for path in sheets))
    assert "".join(assets.joined_css().split()) == "".join(written.split())
    assert not [said for said in re.findall(r'"[^"\n]*"', written) if assets.SPACES.search(said)]
    # A space before a colon says "any element inside", and stays.
    assert re.findall(r"[\w\])] :[a-z-]+", assets.joined_css()) == re.findall(r"[\w\])] :[a-z-]+", written)
