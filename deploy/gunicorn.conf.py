"""How gunicorn runs one app process of the large way: ``gunicorn -c deploy/gunicorn.conf.py 'app:create_app()'``.

One worker each: a machine runs as many of these as it has cores, on ports of their own, and nginx stands before them.
All settings are environment variables; README.md has the table, docs/operations.md tells of the rest.
"""

import os
import sys

if os.environ.get("ASYNC_MODE") == "gevent":
    from gevent import monkey

    monkey.patch_all()  # before anything else is imported, or sockets and locks would halt every request

from community import server
from community.config import SettingsError, from_environment

try:
    settings = from_environment()
except SettingsError as wrong:
    sys.stderr.write(f"{wrong}\n")
    sys.exit(1)

bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT') or 8000}"
workers = 1
worker_class = "gevent" if settings.async_mode == "gevent" else "gthread"
threads = 1 if settings.async_mode == "gevent" else settings.socket_limit + server.SPARE_THREADS
worker_connections = settings.socket_limit + 1000
timeout = server.TIMEOUT_SECONDS
graceful_timeout = 3
keepalive = 75  # longer than nginx keeps its own, so that it never sends into a closed connection
forwarded_allow_ips = ""
loglevel = "warning"
control_socket_disable = True


def on_starting(arbiter):
    """Refuse what would run and be wrong: workers of one gunicorn cannot be told apart by nginx."""
    if arbiter.cfg.workers != 1:
        sys.stderr.write("One gunicorn runs one worker: start further ones on ports of their own (PORT=8002).\n")
        sys.exit(1)


def post_worker_init(worker):
    """Begin what runs beside the requests."""
    server.begin_unit(worker)
