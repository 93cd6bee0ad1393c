"""The certificate authorities by which Google's servers are known.

requests reads them from their file for each connection. That takes 40 ms of a processor, and a
first check opens dozens of connections; here they are read once for each file.
"""

from __future__ import annotations

import ssl
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH

Verify: TypeAlias = bool | str
"""Whether certificates are checked; a text names the file or folder of the authorities."""

Untyped: TypeAlias = Any
"""What requests and urllib3 hand each other."""

_lock = threading.Lock()


class Adapter(HTTPAdapter):
    """Connections that share the authorities, those of REQUESTS_CA_BUNDLE where that is set. Who
    asks for no check of certificates, or shows one of their own, gets what requests does."""

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Verify, cert: Untyped = None
    ) -> tuple[dict[str, Untyped], dict[str, Untyped]]:
        host, tls = super().build_connection_pool_key_attributes(request, verify, cert)
        if _shares(verify, cert) and host["scheme"] == "https":
            tls = {"cert_reqs": "CERT_REQUIRED", "ssl_context": authorities(verify)}
        return host, tls

    def cert_verify(self, conn: Untyped, url: str, verify: Verify, cert: Untyped) -> None:
        """The context knows them already; what is named here would be read again."""
        if not _shares(verify, cert):
            super().cert_verify(conn, url, verify, cert)


def authorities(verify: Verify) -> ssl.SSLContext:
    """Checks name and chain; one for all threads, which wait for the one that reads the file."""
    bundle = Path(verify if isinstance(verify, str) else DEFAULT_CA_BUNDLE_PATH)
    with _lock:
        return _read(bundle, bundle.stat().st_mtime_ns)


def _shares(verify: Verify, cert: Untyped) -> bool:
    return bool(verify) and cert is None


@lru_cache(maxsize=8)
def _read(bundle: Path, _changed_at: int) -> ssl.SSLContext:
    if bundle.is_dir():
        return ssl.create_default_context(capath=str(bundle))
    return ssl.create_default_context(cafile=str(bundle))
