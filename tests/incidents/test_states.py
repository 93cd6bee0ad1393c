"""The table of moves is closed, and every ending is an ending."""

import pytest

from incidents.states import (
    ENDED_RUN_STATES,
    LIVE_RUN_STATES,
    RUN_MOVES,
    IllegalMove,
    RunState,
    check_run_move,
)


def test_moves_name_every_state() -> None:
    assert set(RUN_MOVES) == set(RunState)


def test_states_are_live_unknown_or_ended() -> None:
    assert LIVE_RUN_STATES | ENDED_RUN_STATES | {RunState.UNKNOWN} == set(RunState)
    assert not LIVE_RUN_STATES & ENDED_RUN_STATES


def test_a_waiting_run_cannot_start_without_a_decision() -> None:
    with pytest.raises(IllegalMove):
        check_run_move(RunState.WAITING, RunState.RUNNING)
