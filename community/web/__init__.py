"""The HTTP door: signed-in by default, forms that keep what was typed, one voice for refusals, safe headers."""

from community.web.assets import asset_url
from community.web.door import init_app, load_signed_in_with, now, number_asked, public, viewer, viewer_or_none
from community.web.forms import Form, WholeNumber, attempt, local_path, shown
from community.web.limits import limited

__all__ = [
    "Form",
    "WholeNumber",
    "asset_url",
    "attempt",
    "init_app",
    "limited",
    "load_signed_in_with",
    "local_path",
    "now",
    "number_asked",
    "public",
    "shown",
    "viewer",
    "viewer_or_none",
]
