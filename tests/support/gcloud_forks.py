"""gcloud without its start: imports it once, then forks for each command that the shim sends.

Run by gcloud's own Python as `-S THIS_FILE GCLOUDS_LIB LISTENING_SOCKET`. Ends, with all it
started, when its standard input does. Of gcloud nothing but imports happens in this process: what
a command had to import is imported here too, so the next of its kind finds it; settings, caches
and connections end with the command.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import threading
from types import ModuleType
from typing import Any

MOST = 1 << 16
# What gcloud's shell script sets before it starts Python.
ENCODING = {"CLOUDSDK_ENCODING": "UTF-8", "PYTHONIOENCODING": "UTF-8"}


class Command:
    """A running command: its process, who waits for it, and where it tells what it imported."""

    def __init__(self, process: int, asker: socket.socket, imported: int) -> None:
        self.process = process
        self.asker = asker
        self.imported = imported

    def answer(self) -> list[str]:
        """Tells the asker how it ended; the names of the modules that it needed."""
        with os.fdopen(self.imported) as told:
            names = told.read().split()
        _, status = os.waitpid(self.process, 0)
        code = os.waitstatus_to_exitcode(status)
        with self.asker as asker, contextlib.suppress(BrokenPipeError):  # it may have been killed
            asker.sendall(bytes([code if code >= 0 else 128 - code]))
        return names


def serve(gcloud: ModuleType, listener: socket.socket) -> None:
    with selectors.DefaultSelector() as waiting:
        waiting.register(listener, selectors.EVENT_READ)
        waiting.register(sys.stdin, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if waiting.get_map().get(key.fd) is not key:
                    continue  # its command has ended in this very turn
                if key.fileobj is sys.stdin:
                    os.killpg(0, signal.SIGKILL)
                elif key.fileobj is listener:
                    _start(gcloud, listener, waiting)
                else:
                    _go_on(key, waiting)


def _start(gcloud: ModuleType, listener: socket.socket, waiting: selectors.BaseSelector) -> None:
    asker, _ = listener.accept()
    asked, streams = _receive(asker)
    imported, tell = os.pipe()
    process = os.fork()
    if process == 0:
        _become(asked, streams)
        _run(gcloud, tell)
    for descriptor in (*streams, tell):
        os.close(descriptor)
    command = Command(process, asker, imported)
    waiting.register(asker, selectors.EVENT_READ, command)
    waiting.register(imported, selectors.EVENT_READ, command)


def _go_on(key: selectors.SelectorKey, waiting: selectors.BaseSelector) -> None:
    """A command ends, or who asked for it is gone and so it must end."""
    command: Command = key.data
    waiting.unregister(key.fileobj)
    if key.fileobj is command.asker:
        os.kill(command.process, signal.SIGKILL)
        return
    if command.asker in waiting.get_map():
        waiting.unregister(command.asker)
    _learn(command.answer())


def _learn(names: list[str]) -> None:
    for name in names:
        with contextlib.suppress(Exception):  # only that command could import it
            importlib.import_module(name)
    gc.freeze()


def _receive(asker: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """One line of JSON, and the three streams that came with its first bytes."""
    text, streams, _, _ = socket.recv_fds(asker, MOST, 3)
    while not text.endswith(b"\n"):
        text += asker.recv(MOST)
    return json.loads(text), streams


def _become(asked: dict[str, Any], streams: list[int]) -> None:
    for at, descriptor in enumerate(streams):
        os.dup2(descriptor, at)
        os.close(descriptor)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"] | ENCODING)
    sys.argv[1:] = asked["words"]


def _run(gcloud: ModuleType, tell: int) -> None:
    """gcloud's whole life in the fork; the interpreter's end is left out, for it takes long."""
    before = set(sys.modules)
    status = 1
    try:
        gcloud.main()
    except SystemExit as end:
        status = _status(end)
    finally:
        threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as Python does
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(tell, "\n".join(_importable(before)).encode())
        os._exit(status)


def _status(end: SystemExit) -> int:
    if isinstance(end.code, str):
        print(end.code, file=sys.stderr)  # noqa: T201 (what Python does with it)
        return 1
    return end.code or 0


def _importable(before: set[str]) -> list[str]:
    """In the order of their import; surfaces are loaded by path, under names made up each time."""
    return [name for name in sys.modules if name not in before and "__calliope__" not in name]


def _main(lib: str, listener: int) -> None:
    sys.path.insert(0, lib)
    sys.argv[:] = [os.path.join(lib, "gcloud.py")]  # noqa: PTH118 (only text)
    import gcloud  # type: ignore[import-not-found]  # noqa: PLC0415 (its place was just told)

    gcloud._import_gcloud_main()
    gc.freeze()
    serve(gcloud, socket.socket(fileno=listener))


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
