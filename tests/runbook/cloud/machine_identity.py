"""Prints who a machine of Google's acts as; its metadata server is one of the test's own."""

from __future__ import annotations

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ACCOUNT = "deployer@netra-staging.iam.gserviceaccount.com"
_ANSWERS = {
    "/": "computeMetadata/",
    "/computeMetadata/v1/project/project-id": "netra-staging",
    "/computeMetadata/v1/universe/universe-domain": "googleapis.com",
    "/computeMetadata/v1/instance/service-accounts/default/": {"email": ACCOUNT, "scopes": []},
    "/computeMetadata/v1/instance/service-accounts/default/token": {
        "access_token": "machine",
        "expires_in": 3600,
        "token_type": "Bearer",
    },
}


class Metadata(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = _ANSWERS.get(self.path.partition("?")[0].replace(ACCOUNT, "default"))
        self.send_response(404 if found is None else 200)
        kind = "application/json" if isinstance(found, dict) else "application/text"
        self.send_header("metadata-flavor", "Google")
        self.send_header("content-type", kind)
        self.end_headers()
        text = json.dumps(found) if isinstance(found, dict) else found or ""
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (inherited)
        """Only the identity is printed."""


def main(folder: str) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Metadata) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        here = f"127.0.0.1:{server.server_port}"
        os.environ |= {"GCE_METADATA_HOST": here, "GCE_METADATA_IP": here}
        os.environ |= {"CLOUDSDK_CONFIG": folder}
        for name in ("NO_GCE_CHECK", "GOOGLE_APPLICATION_CREDENTIALS"):
            os.environ.pop(name, None)
        _tell()
        server.shutdown()


def _tell() -> None:
    from runbook.cloud.sessions import Session  # noqa: PLC0415 (after the environment is set)
    from runbook.cloud.target import Target  # noqa: PLC0415 (as above)

    sys.stdout.write(f"{Session(Target('real', 'netra-staging', 'us-central1')).identity()}\n")


if __name__ == "__main__":
    main(sys.argv[1])
