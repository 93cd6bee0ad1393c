from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook.document import blocks
from runbook.document.definition import Block
from runbook.document.parse import parse


def _covered(found: tuple[Block, ...]) -> list[int]:
    return [line for block in found for line in range(block.span.first, block.span.last + 1)]


def _assert_every_line_once(lines: list[str], found: tuple[Block, ...]) -> None:
    covered = _covered(found)
    assert covered == sorted(set(covered))
    said = {number for number, line in enumerate(lines, 1) if line.strip(" \t")}
    assert said <= set(covered)
    assert max(covered, default=1) <= len(lines)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("# A\n\nwords\n\n- a\n- b", ["heading", "paragraph", "list"]),
        ("```\na\n\n# b", ["fence"]),
        ("````\n```\n````\nwords", ["fence", "paragraph"]),
        ("<!-- a\n\n- [ ] b -->\n\n***", ["html", "rule"]),
        ("<details>\n\n- a\n\n</details>", ["html", "list", "html"]),
        ("| a |\n|---|\n| b |\n\n> q", ["table", "quote"]),
        ("[a]: https://a.example\n\nwords", ["note", "paragraph"]),
        ("    code", ["fence"]),
    ],
)
def test_blocks_have_the_kind_of_what_they_hold(text: str, kinds: list[str]) -> None:
    assert [block.kind for block in parse(text.encode()).blocks] == kinds


def test_front_matter_is_one_block() -> None:
    found = parse(b"---\ntitle: A\n---\nwords\n").blocks
    assert [(b.kind, b.span.first, b.span.last) for b in found] == [
        ("front matter", 1, 3),
        ("paragraph", 4, 4),
    ]


def test_fences_inside_a_markdown_example_do_not_end_it() -> None:
    lines = ["```markdown", "# a", "```bash", "ls", "```", "# b", "```", "words"]
    elements = blocks.elements(lines, None)
    assert [(e.kind, e.span.first, e.span.last) for e in elements] == [
        ("fence", 1, 7),
        ("paragraph", 8, 8),
    ]


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.one_of(
            st.text(alphabet=" \t-*#>`~|[]<>!1.ax\\=+_:\x0b\x0c\x85\u2028", max_size=12),
            st.sampled_from(["```", "````md", "~~~", "<!--", "-->", "<div>", "---", "- [ ] a"]),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_every_line_is_in_exactly_one_block(lines: list[str]) -> None:
    elements = blocks.elements(lines, None)
    _assert_every_line_once(lines, blocks.blocks(lines, elements, None))


def test_every_line_of_real_documents_is_in_exactly_one_block(shared: Path) -> None:
    files = [*shared.glob("seeds/*"), *shared.glob("runbook-corpus/**/*.md")]
    assert len(files) >= 6
    for file in files:
        source = file.read_bytes()
        lines = re.split(r"\r\n?|\n", source.decode("utf-8-sig"))
        read = parse(source, file_name=file.name)
        _assert_every_line_once(lines, read.blocks)
        assert read.source == source
