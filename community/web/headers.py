"""What every answer carries, whatever it says: no third party, no frame, no script but ours."""

from flask import Flask, Response, request

from community.config import Settings

YEAR_SECONDS = 365 * 24 * 3600


def content_policy(settings: Settings) -> str:
    """Give the policy: our own files only; no inline script or style, no frame, nobody else's address."""
    socket = f"{'wss' if settings.secure else 'ws'}://{settings.host}"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self' {socket}; media-src 'self'; manifest-src 'self'; worker-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )


def init_app(app: Flask, settings: Settings) -> None:
    """Set the headers on every answer, errors too."""
    policy = content_policy(settings)

    @app.after_request
    def _headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = (
            "camera=(), geolocation=(), microphone=(), payment=(), usb=(), screen-wake-lock=(self)"
        )
        # Pages whose address is itself a key tell nobody where one came from.
        secret = request.path.startswith(("/reset/", "/invitations/", "/joining/", "/calendar/"))
        response.headers["Referrer-Policy"] = "no-referrer" if secret else "same-origin"
        if settings.secure:
            response.headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}; includeSubDomains"
        if request.endpoint not in {"assets.show", "assets.favicon"}:
            response.headers["Cache-Control"] = "private, no-store"
            response.vary.add("Cookie")
        return response
