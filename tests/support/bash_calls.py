"""What bash calls for a shell text: each program of the text only notes its own words."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

PROGRAMS = (
    *("gcloud", "curl", "dig", "nslookup", "openssl", "wscat", "hey", "head", "tail", "grep"),
    *("egrep", "tr", "timeout"),
)
_NOTING = r"""#!/bin/sh
name=${0##*/}
[ "$name" = timeout ] && shift && exec "$@"
line=$name
for word in "$@"; do line="$line|$word"; done
printf '%s\n' "$line" >> "$NOTES"
"""


class Calls:
    """A folder of stand-ins. No real program is called, and nothing can be written elsewhere than
    below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._programs, self._place = folder / "bin", folder / "place"
        self._notes = folder / "notes"
        self._programs.mkdir()
        self._place.mkdir()
        (self._programs / "note").write_text(_NOTING)
        (self._programs / "note").chmod(0o755)
        for name in PROGRAMS:
            (self._programs / name).symlink_to("note")

    def of(self, text: str, values: Mapping[str, str]) -> list[str]:
        """The calls in alphabetical order, and files that were written."""
        self._notes.write_text("")
        subprocess.run(
            ["/bin/bash", "-c", text],
            env={"PATH": str(self._programs), "NOTES": str(self._notes), "LANG": "C.UTF-8"}
            | dict(values),
            cwd=self._place,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            check=False,
        )
        written = [f"wrote {file.name}" for file in self._place.iterdir()]
        return sorted([*self._notes.read_text().splitlines(), *written])
