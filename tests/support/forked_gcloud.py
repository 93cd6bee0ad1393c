"""The real gcloud in a tenth of its time: its imports are paid once, in a server that forks.

`folder_of_shim` is to be put first on PATH; what is found there as `gcloud` behaves as the real
program does, pipes and all, which `test_forked_gcloud.py` compares. The server ends
with this process, however that ends.
"""

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from tests.support.gcloud_language import library_and_python

HERE = Path(__file__).parent


@cache
def folder_of_shim() -> Path:
    """Starts the server when first asked; the folder's name is short, as sockets want it."""
    folder = Path(tempfile.mkdtemp(prefix="gcloud-"))
    library, python = library_and_python()
    shim = folder / "gcloud"
    shim.write_text(f"#!{python} -IS\n{(HERE / 'gcloud_shim.py').read_text()}")
    shim.chmod(0o755)
    server = _start(folder, library, python)
    atexit.register(_end, server, folder)
    return folder


def _start(folder: Path, library: Path, python: str) -> "subprocess.Popen[bytes]":
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket"))
        listener.listen(64)
        return subprocess.Popen(
            [python, "-S", str(HERE / "gcloud_forks.py"), str(library), str(listener.fileno())],
            env={"HOME": str(folder), "PATH": os.environ["PATH"], "TERM": "dumb"}
            | {"PYTHONIOENCODING": "UTF-8", "PYTHONWARNINGS": "ignore"},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )


def _end(server: "subprocess.Popen[bytes]", folder: Path) -> None:
    server.communicate()  # closes its standard input
    shutil.rmtree(folder, ignore_errors=True)
