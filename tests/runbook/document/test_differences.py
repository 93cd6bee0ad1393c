"""Differences between texts and lists."""

from runbook.document.differences import DiffLine, hunks, paired

OLD = "\n".join(f"line {number}" for number in range(1, 31))


def test_equal_texts_have_no_hunks() -> None:
    assert hunks(OLD, OLD) == ()


def test_hunks_show_what_moved_with_three_lines_around_it() -> None:
    (hunk,) = hunks(OLD, OLD.replace("line 15", "line fifteen"))

    assert (hunk.old, hunk.new) == (12, 12)
    assert hunk.lines[3:5] == (
        DiffLine("gone", 15, 0, "line 15"),
        DiffLine("new", 0, 15, "line fifteen"),
    )
    assert [line.kind for line in hunk.lines] == ["same"] * 3 + ["gone", "new"] + ["same"] * 3


def test_places_far_apart_are_two_hunks_with_lines_of_both_numbered() -> None:
    first, second = hunks(OLD, "line 0\n" + OLD.replace("\nline 25", ""))

    moved = [line for hunk in (first, second) for line in hunk.lines if line.kind != "same"]
    assert moved == [DiffLine("new", 0, 1, "line 0"), DiffLine("gone", 25, 0, "line 25")]
    assert second.lines[-1] == DiffLine("same", 28, 28, "line 28")


def test_paired_keeps_equals_together_and_the_rest_by_place() -> None:
    assert paired("abc", "axc") == [(0, 0), (1, 1), (2, 2)]
    assert paired("abc", "ac") == [(0, 0), (1, None), (2, 1)]
    assert paired("ac", "abc") == [(0, 0), (None, 1), (1, 2)]
    assert paired("", "a") == [(None, 0)]
