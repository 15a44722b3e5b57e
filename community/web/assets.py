"""Static files under one hash of them all, so that a browser may keep them for good.

Modules import each other by relative paths, which stay under the same hash. The stylesheets are joined in the
order of their layers, once, at the start. Scripts and styles are sent without the comments that are written for us,
a third and a quarter of their weight.
"""

import base64
import hashlib
import re
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, make_response, send_from_directory

from community.web.marks import public

bp = Blueprint("assets", __name__)

ROOT = Path(__file__).resolve().parents[2] / "static"
KEEP_FOR_SECONDS = 365 * 24 * 3600
# A comment that has its lines to itself; one before code on the same line stays.
COMMENT_LINES = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.DOTALL | re.MULTILINE)
COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)
SPACES = re.compile(r"\s*([{};])\s*|([:,])\s+")  # that only a reader needs; our sheets have no string with one in it
SHEETS = ("tokens", "reset", "base", "layout", "components/*", "pages/*", "utilities", "print")


def init_app(app: Flask) -> None:
    """Read the files once; the hash and the joined stylesheet live in ``app.extensions["assets"]``."""
    files = sorted(path for path in ROOT.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    app.extensions["assets"] = {"hash": digest.hexdigest()[:12], "css": joined_css(), "js": own_scripts()}
    app.register_blueprint(bp)
    app.jinja_env.globals["asset"] = asset_url
    app.jinja_env.globals["mark_in_the_tab"] = mark_in_the_tab()


def joined_css() -> str:
    """Join the stylesheets in layer order, without comments and what spaces them for us, a quarter of their weight."""
    folder = ROOT / "css"
    sheets = [path for pattern in SHEETS for path in sorted(folder.glob(f"{pattern}.css"))]
    rules = COMMENTS.sub("", "\n".join(path.read_text(encoding="utf-8") for path in sheets))
    return SPACES.sub(r"\1\2", rules)


def own_scripts() -> dict[str, str]:
    """Give our scripts by path as they are sent; what comes from elsewhere keeps its notices."""
    paths = [path for path in (ROOT / "js").rglob("*.js") if "vendor" not in path.parts]
    return {
        path.relative_to(ROOT).as_posix(): COMMENT_LINES.sub("", path.read_text(encoding="utf-8")) for path in paths
    }


def mark_in_the_tab() -> str:
    """Give the little picture as an address of its own, which saves each first view a request."""
    picture = (ROOT / "icons" / "favicon.svg").read_bytes()
    return "data:image/svg+xml;base64," + base64.b64encode(picture).decode()


def asset_url(path: str) -> str:
    """Give the address of a static file, for ever valid for these contents."""
    return f"/static/{current_app.extensions['assets']['hash']}/{path}"


@bp.get("/static/<digest>/<path:path>")
@public
def show(digest: str, path: str) -> Response:
    """Send a static file; a page made before the last start gets today's file, not kept."""
    assets = current_app.extensions["assets"]
    if path == "css/app.css":
        response = make_response(assets["css"])
        response.mimetype = "text/css"
    elif path in assets["js"]:
        response = make_response(assets["js"][path])
        response.mimetype = "text/javascript"
    elif path.endswith(".css"):
        abort(404)
    else:
        response = send_from_directory(ROOT, path)
        if path.endswith(".js"):
            response.mimetype = "text/javascript"
    current = digest == assets["hash"]
    response.headers["Cache-Control"] = f"public, max-age={KEEP_FOR_SECONDS}, immutable" if current else "no-cache"
    return response


@bp.get("/keeper.js")
@public
def keeper() -> Response:
    """Send the service worker from the root: a worker answers only for addresses below its own."""
    response = make_response(current_app.extensions["assets"]["js"]["js/keeper.js"])
    response.mimetype = "text/javascript"
    return response


@bp.get("/favicon.ico")
@public
def favicon() -> Response:
    """Answer the browsers that ask for it without having been told."""
    response = send_from_directory(ROOT, "icons/favicon.svg", mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
