"""Runs the real gcloud against a simulator and nothing else.

All traffic goes through an HTTP proxy which is the simulator itself: `gcloud run` prepends the
region to an endpoint's host, which no loopback address survives, and an API without an override
cannot leave the machine.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.forked_gcloud import folder_of_shim

IS_INSTALLED = shutil.which("gcloud") is not None
_HOSTS = {
    "certificatemanager": "certificatemanager",
    "cloudresourcemanager": "cloudresourcemanager",
    "logging": "logging",
    "monitoring": "monitoring",
    "run": "run",
    "secretmanager": "secretmanager",
    "serviceusage": "serviceusage",
    "sql": "sqladmin",
    "vpcaccess": "vpcaccess",
}
_DROPPED = ("CLOUDSDK_", "GOOGLE_")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@dataclass(frozen=True)
class Gcloud:
    """`folder` holds its configuration; `port` is the simulator's, `project` may be none.

    `forked`: its imports are paid once for all commands. A benchmark wants what users wait for."""

    folder: Path
    port: int
    project: str = ""
    forked: bool = True

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return self._run(["gcloud", *arguments], stdin)

    def shell(self, line: str) -> subprocess.CompletedProcess[str]:
        """A whole line as an operator would type it, pipes included."""
        return self._run(["bash", "-c", line], "")

    def _run(self, words: list[str], stdin: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            env=self._environment(),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    def _environment(self) -> dict[str, str]:
        token = self.folder / "token"
        if not token.exists():
            token.write_text("simulated")
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_DROPPED) and name.lower() not in _PROXIES
        }
        project = {"CLOUDSDK_CORE_PROJECT": self.project} if self.project else {}
        if self.forked:
            kept["PATH"] = f"{folder_of_shim()}{os.pathsep}{os.environ['PATH']}"
        return (
            kept
            | _overrides()
            | _quiet()
            | project
            | {
                "CLOUDSDK_PROXY_TYPE": "http_no_tunnel",
                "CLOUDSDK_PROXY_ADDRESS": "127.0.0.1",
                "CLOUDSDK_PROXY_PORT": str(self.port),
                "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE": str(token),
                "CLOUDSDK_CONFIG": str(self.folder / "config"),
                "HOME": str(self.folder),
            }
        )


def _overrides() -> dict[str, str]:
    prefix = "CLOUDSDK_API_ENDPOINT_OVERRIDES_"
    found = {
        f"{prefix}{api.upper()}": f"http://{host}.googleapis.com/" for api, host in _HOSTS.items()
    }
    return found | {f"{prefix}COMPUTE": "http://compute.googleapis.com/compute/v1/"}


def _quiet() -> dict[str, str]:
    return {
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
        "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "true",
        "CLOUDSDK_CORE_DISABLE_FILE_LOGGING": "true",
        "CLOUDSDK_CORE_DISABLE_COLOR": "1",
        "CLOUDSDK_CORE_CHECK_GCE_METADATA": "false",
        "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "true",
        "CLOUDSDK_SURVEY_DISABLE_PROMPTS": "true",
        "PYTHONWARNINGS": "ignore",
        "TERM": "dumb",
    }
