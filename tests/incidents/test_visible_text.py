"""What is read is what is there."""

import unicodedata

import pytest

from incidents.visible_text import readable, readable_page, visible

LANGUAGES = "Grüße \N{SNOWMAN} 日本語 👩\u200d🚒 عربى\u200f"
TURNED = "delete \u202eteirav\u202c"


def test_text_that_turns_around_is_written_out() -> None:
    assert readable(TURNED) == "delete ⟨U+202E⟩teirav⟨U+202C⟩"
    assert readable_page(TURNED.encode()).decode() == readable(TURNED)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("bell\x07", "bell␇"),
        ("zero\x00", "zero␀"),
        ("\x7f", "␡"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("\u2066a\u2069", "⟨U+2066⟩a⟨U+2069⟩"),
        (LANGUAGES, LANGUAGES),
    ],
)  # fmt: skip
def test_prose_keeps_what_languages_need(text: str, shown: str) -> None:
    assert readable(text) == shown
    assert readable_page(text.encode()) == shown.encode()


@pytest.mark.parametrize(
    "unseen", ["\u00a0", "\u200b", "\u2003", "\u3164", "\ufeff", "\u00ad", "\U000e0041", "\u2028"]
)
def test_commands_show_every_character(unseen: str) -> None:
    assert visible(f"a{unseen}b") == f"a⟨U+{ord(unseen):04X}⟩b"


def test_no_format_character_and_no_strange_space_is_left_in_a_command() -> None:
    left = visible("".join(map(chr, range(0x20, 0x110000))))
    odd = {c for c in left if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp", "Zs"}}
    # Marks of Arabic, Kaithi, hieroglyphs, shorthand and music have a shape, or none that hides.
    assert {c for c in odd if ord(c) < 0x600} == {" "}
    assert all(0x600 <= ord(c) < 0xE0000 for c in odd - {" "})


def test_line_of_a_mebibyte_is_quick_to_read() -> None:
    assert len(readable("x" * 2**20)) == 2**20
    assert readable("\u202e" * 1000) == "⟨U+202E⟩" * 1000
