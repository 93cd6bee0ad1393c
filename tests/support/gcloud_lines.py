"""Command lines as people get them right and wrong, made by chance from the flags there are."""

import random
from collections.abc import Mapping, Sequence

from runbook.commands.grammar.other_flags import other_flags
from tests.support.gcloud_parser import ParserFlag

_NAMES = [
    *("web-app", "db", "my-secret", "1", "latest", "netra-staging", "Web", "a/b", "-x", "", "x y"),
    *("projects/p/x", "5", "-5", "a=b", "-a b", "--", "b.example.com/x"),
]
_VALUES = [
    *(
        "a",
        "web-app",
        "",
        "x y",
        "10",
        "A=B",
        "2Gi",
        "-5",
        "0",
        "5",
        "default",
        "/health",
        "é",
        ",",
    ),
    *("abc", "1.5", " 7", "+3", "99999999999999999999", "٣", "1_000", "a=1", "a=1,b=2", "=1", "a="),
    *("^;^a=1;b=2", "^^a=1", "a=1,", "a=1,a=2", "a=b=c", "a==", "^:^a=b:c=d", "LATEST=100", "a,b"),
    *("10.0.0.0/8", "us-central1", "us-central1-a", "5s", "1m", "1h", "0s", "-5s", "1.5s", "1d"),
    *("PT5S", "5 s", "1h30m", "P1D", "60m", "10GB", "1TB", "10gb", "10XB", "always", "NEVER", "x"),
    *("json", "value(name)", "table(name,", "name:a", "name=", "(", "~name", "unlimited", "a[]"),
    *("global", "all-traffic", "encrypted_only", "a.example.com,b.example.com", "rev1=50,rev2=50"),
]
_SLIPS = [
    *("extra", "--unknown", "--unknown=1", "-z", "--", "-", "--no-quiet", "--no-project=x", "--x"),
    *(
        "--forma=json",
        "--Format=json",
        "---x",
        "-q=1",
        "--=x",
        "--region",
        "--limit",
        "--no-format",
    ),
    *("--no-global", "-5", "--async", "--uri", "--page-size=2", "--regions=a", "--quiet", "-q"),
]
_USUAL = (
    *("--project=netra-staging", "--region=us-central1", "--zone=us-central1-a", "--global"),
    *("--location=global", "--secret=s1", "--instance=db", "--format=json", "--limit=5"),
)
_NEVER = ("--help", "--document", "--flags-file", "---flag-file-line-")


def lines(flags: Mapping[str, Sequence[ParserFlag]], *, count: int, seed: int) -> list[list[str]]:
    """`count` lines as words. The same seed gives the same lines."""
    chance = random.Random(seed)
    return [_line(chance, chance.choice(sorted(flags)), flags) for _number in range(count)]


def _line(chance: random.Random, name: str, flags: Mapping[str, Sequence[ParserFlag]]) -> list[str]:
    there = [flag for flag in flags[name] if not flag.word.startswith(_NEVER)]
    words = [] if name.endswith(" list") or chance.random() < 0.07 else [chance.choice(_NAMES)]
    known = {flag.word for flag in there}
    words += [word for word in _USUAL if word.partition("=")[0] in known and chance.random() < 0.75]
    for _flag in range(chance.choice([0, 0, 1, 1, 1, 2, 3])):
        words += _flag_by_chance(chance, name, there)
    if chance.random() < 0.1:
        words = _misspelled(chance, words)
    if chance.random() < 0.15:
        chance.shuffle(words)
    return ["gcloud", *name.split(), *words, *words[:1] * (chance.random() < 0.06)]


def _flag_by_chance(chance: random.Random, name: str, there: Sequence[ParserFlag]) -> list[str]:
    if chance.random() < 0.15:
        return [chance.choice(_SLIPS)]
    others = other_flags(name)
    ours = [f for f in there if f.word[2:] not in others.with_value | others.switches]
    flag = chance.choice(ours if chance.random() < 0.8 else there)
    if not flag.has_value:
        return [flag.word]
    value = chance.choice(list(flag.choices) * 9 + _VALUES)
    return [f"{flag.word}={value}"] if chance.random() < 0.7 else [flag.word, value]


def _misspelled(chance: random.Random, words: Sequence[str]) -> list[str]:
    """One letter is missing, doubled or another one."""
    if not words:
        return []
    at = chance.randrange(len(words))
    word = words[at]
    letter = chance.randrange(len(word) + 1)
    change = chance.choice(["", word[letter : letter + 1] * 2, "-", "_", "=", ",", "x"])
    return [*words[:at], word[:letter] + change + word[letter + 1 :], *words[at + 1 :]]
