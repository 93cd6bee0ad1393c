"""Many equal curls in the background, with `wait` behind them: one load.

`for i in {1..10}; do curl … & done; wait` is how runbooks write it.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from runbook.cloud.loads import MOST_CONNECTIONS, Load
from runbook.commands.base import Command, NotRunnable
from runbook.commands.loading import Loading
from runbook.commands.probes.curl import Curl
from runbook.commands.shell_script import Part
from runbook.commands.shell_tokens import Operator

_AMPERSAND = Operator("&")


def is_crowd(commands: Sequence[Sequence[Part]]) -> bool:
    """Whether these are at least two commands, all of them in the background."""
    own = [parts for parts in commands if list(parts) != ["wait"]]
    return len(own) > 1 and all(len(parts) > 1 and parts[-1] == _AMPERSAND for parts in own)


def members(commands: Sequence[Sequence[Part]]) -> list[list[Part]]:
    """The commands themselves, without `&`. Raises NotRunnable unless `wait` ends them."""
    *own, last = commands
    if list(last) != ["wait"] or any(list(parts) == ["wait"] for parts in own):
        raise NotRunnable("Commands in the background need one 'wait' at the end here.")
    return [list(parts[:-1]) for parts in own]


def crowd_of(count: int, command: Command) -> tuple[Loading, str]:
    """The load of `count` equal curls, and its text. Raises NotRunnable."""
    if not isinstance(command, Curl):
        raise NotRunnable("Only curl is run many times at once.")
    if count > MOST_CONNECTIONS:
        raise NotRunnable(f"At most {MOST_CONNECTIONS} requests are sent at once.")
    if command.follows_redirects:
        raise NotRunnable("A load follows no redirects; leave -L out.")
    text = f"for i in {{1..{count}}}; do {shlex.join(['curl', *command.words])} & done; wait"
    load = Load(
        url=command.url,
        method=command.method,
        connections=count,
        requests=count,
        patience=command.max_seconds or 20.0,
        headers=command.headers,
        keeps_connections=False,
    )
    return Loading(text, "curl", load), text
