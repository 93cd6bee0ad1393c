"""What curl prints: the head of an answer, its body, the text of -w, and its own complaints."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from runbook.cloud.errors import CloudError
from runbook.cloud.pages import Page

HTTP_ERROR = 22
_ESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t", "%%": "%"}
_WRITTEN = re.compile(r"%\{([a-z_]+)\}|\\[nrt]|%%")


def written_out(text: str, values: Mapping[str, str]) -> str:
    """The text of -w: variables and the three escapes, each once."""
    return _WRITTEN.sub(lambda at: values[at[1]] if at[1] else _ESCAPES[at[0]], text)


def measured(page: Page, method: str, exit_status: int) -> dict[str, str]:
    """The variables of -w for an answer."""
    parts, location = urlsplit(page.url), page.headers.get("location", "")
    return {
        "http_code": f"{page.status:03d}",
        "response_code": f"{page.status:03d}",
        "time_namelookup": f"{page.timings.lookup:.6f}",
        "time_connect": f"{page.timings.connect:.6f}",
        "time_appconnect": f"{page.timings.tls:.6f}",
        "time_pretransfer": f"{max(page.timings.connect, page.timings.tls):.6f}",
        "time_starttransfer": f"{page.timings.start:.6f}",
        "time_total": f"{page.seconds:.6f}",
        "url_effective": page.url,
        "size_download": str(page.size),
        "size_header": str(len(page.head)),
        "content_type": page.headers.get("content-type", ""),
        "num_redirects": str(page.redirects),
        "http_version": page.http_version.removeprefix("HTTP/"),
        "method": method,
        "scheme": parts.scheme.upper(),
        "redirect_url": urljoin(page.url, location) if location else "",
        "remote_ip": page.address,
        "remote_port": str(page.port),
        "exitcode": str(exit_status),
    }


def unanswered(url: str, method: str, exit_status: int) -> dict[str, str]:
    """The variables of -w when no answer came."""
    nothing = Page(0, "", "HTTP/0", 0.0, {}, "", 0, url, 0)
    return measured(nothing, method, exit_status)


def complaint(error: CloudError, url: str) -> tuple[int, str]:
    """curl's exit status for a fault and its words; (0, "") for a refusal of our own."""
    host = urlsplit(url).hostname or url
    if error.kind == "DENIED":
        return 0, ""
    if error.kind == "NOT_FOUND":
        return 6, f"curl: (6) Could not resolve host: {host}"
    status = {"TIMEOUT": 28, "BAD_RESPONSE": 60 if "certificate" in error.message else 56}
    number = status.get(error.kind, 7 if "cannot be reached" in error.message else 52)
    return number, f"curl: ({number}) {error.message}"
