"""The web application: pages over HTTP, live pages over WebSockets, both behind the session; in
front of them the status page of strangers, from memory."""

from __future__ import annotations

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "runbook.settings")
pages = get_asgi_application()

from incidents.published.front import Published  # noqa: E402  (Django must be set up first)
from incidents.routing import sockets  # noqa: E402  (likewise)
from runbook.body_limit import BodyLimit  # noqa: E402  (likewise)

routed = URLRouter(sockets)  # type: ignore[arg-type]  # its stubs know Channels' own paths only

application = ProtocolTypeRouter(
    {
        "http": Published(BodyLimit(pages)),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(routed)),
    }
)
