"""Verifies an incident that Runbook exported: python3 verify_bundle.py FILE [HEAD]

HEAD, as the incident's page shows it, proves that not all was made anew. Python 3.8 is enough."""

import json
import re
import sys
import zipfile
from collections import Counter
from hashlib import sha256

FORMAT, FIRST, TOLD = 4, "0" * 64, ["output", "result", "checks", "text", "judged", "evidence"]
ALWAYS = re.compile(r"run \d+, (state|.* approved|.* rejected)|(report|validation) \d+, .*")
FREE = "run validation attempt unasked refusals identity made_at used_at asked_by asked_at ended_at"
MOST_BYTES, LONGEST_LINE, MOST_LINES = 4 * 1024**3, 64 * 1024**2, 200_000
ROWS = "plans approvals decisions updates handoffs checklists reports follow_ups pastes validations"
NAMES = ["README.txt", "verify_bundle.py", "incident.json", "document.md", "report.md"]
NAMES += [f"{name}.jsonl" for name in f"timeline runs phases steps {ROWS}".split()]
OUTPUT = re.compile(r"outputs/run-[1-9][0-9]{0,8}\.txt")


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def digest_of(value):
    return sha256(canonical(value)).hexdigest()


def hashes_of(bundle):  # names and sizes are looked at before anything is unpacked
    for name, times in Counter(info.filename for info in bundle.infolist()).items():
        if times > 1 or not (name in [*NAMES, "manifest.json"] or OUTPUT.fullmatch(name)):
            raise ValueError(f"{name!r} is in it {times} times, or does not belong there")
    if sum(info.file_size for info in bundle.infolist()) > MOST_BYTES:
        raise ValueError(f"it would unpack to more than {MOST_BYTES} bytes")
    found = {name: sha256() for name in bundle.namelist()}
    for name, digest in found.items():
        with bundle.open(name) as file:
            for part in iter(lambda source=file: source.read(65536), b""):
                digest.update(part)
    return {name: digest.hexdigest() for name, digest in found.items()}


def lines_of(bundle, name):  # as JSON in the one way to write it, so that all read it alike
    with bundle.open(name) as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), start=1):
            found = json.loads(line)
            if canonical(found) + b"\n" != line or number > MOST_LINES:
                raise ValueError(f"{name}, line {number}, is not written as Runbook writes it")
            yield found


def wrong_files(hashes, wanted):
    for name in sorted({*wanted, *NAMES, *hashes} - {"manifest.json"}):
        if name not in hashes or hashes[name] != wanted.get(name):
            yield f"{name}: {'changed after the export' if name in hashes else 'removed'}"


class Timeline:  # the chain of entries, and the digests that they tell, by name of a fact
    def __init__(self, bundle, ledger):
        self.links, self.told, self.older = [], {}, 0
        for line in lines_of(bundle, "timeline.jsonl"):
            facts, previous, data = line["facts"], line["previous"], line["facts"]["data"]
            chained = sha256(previous.encode() + b"\n" + canonical(facts)).hexdigest()
            is_whole = chained == line["digest"] and facts["ledger"] == ledger
            self.links.append((facts["number"], previous, line["digest"], is_whole))
            what = facts["kind"].split(".")[0].replace("approval", "run")
            name = f"{what} {data.get(what)}"
            if what in ("run", "report", "validation"):
                self.told.update({f"{name}, {n}": data[n] for n in TOLD if n in data})
            if what == "run" and "state" in data:
                self.told[f"{name}, state"] = digest_of(data["state"])
            elif facts["kind"] == "approval.asked" and "requirements" in data:
                self.told[f"{name}, plan"] = data["digest"]
            elif what == "run" and "verdict" in data:
                self.told[f"{name}, {facts['actor']} {data['verdict']}"] = digest_of(data["digest"])
            elif "revision" in data and "digest" in data:
                self.told["document.md"] = data["digest"]
            self.told.update(data.get("seals", {}))

    def wrong_order(self, count, heads):
        numbers = [number for number, _previous, _digest, _is_whole in self.links]
        digests = {0: FIRST, **{link[0]: link[2] for link in self.links}}
        for number in sorted({*range(1, min(max([count, *numbers]), MOST_LINES) + 1)} - {*numbers}):
            yield f"entry {number}: removed"
        yield from (f"entry {n}: there {k} times" for n, k in Counter(numbers).items() if k > 1)
        for number, previous, _digest, is_whole in self.links:
            yield from [] if is_whole else [f"entry {number}: changed after it was written"]
            if digests.get(number - 1, previous) != previous:
                yield f"entry {number}: does not follow from entry {number - 1} as it is here"
        moved = sorted(n for n, wanted in zip(numbers, sorted(numbers)) if n != wanted)
        yield from [f"entries {' and '.join(map(str, moved))}: swapped"] if moved else []
        last = digests[max(digests)]
        for head in (h for h in heads if len(h) < 12 or not last.startswith(h.lower())):
            yield f"head: expected {head}, the last entry here is {last}"


def sealed_in(value):  # name and digest of everything that the timeline speaks of
    if isinstance(value, dict) and "sealed_as" in value:
        yield (
            value["sealed_as"],
            digest_of(value["value"] if len(value) == 2 and "value" in value else value),
        )
    for inner in value.values() if isinstance(value, dict) else value:
        yield from sealed_in(inner) if isinstance(inner, (dict, list)) else []


def wrong_rows(bundle, line, hashes, incident):
    found = [(n, digest_of(incident[n[10:]])) for n in line.told if n.startswith("incident, ")]
    runs = [(f"run {name[12:-4]}", name) for name in hashes if OUTPUT.fullmatch(name)]
    found += [(f"{r}, output", hashes[n]) for r, n in runs if f"{r}, state" in line.told]
    found += [("document.md", hashes["document.md"])]
    for table in f"runs phases steps {ROWS}".split():
        for row in lines_of(bundle, f"{table}.jsonl"):
            found += sealed_in(row)
            own = {n for n, v in row.items() if v is None or (type(v) is dict and "sealed_as" in v)}
            for name in {*row} - own - {*FREE.split()} if "sealed_as" not in row else ():
                yield f"{table}.jsonl, {name}: nothing that the timeline could speak of"
    for name, digest in sorted(found):
        line.older += line.told.get(name, "moved") == "moved"  # by a drill that let time pass
        if name not in line.told and ("incident, title" in line.told or ALWAYS.fullmatch(name)):
            yield f"{name}: not on the timeline"
        elif line.told.get(name, digest) not in (digest, "moved"):
            yield f"{name}: not what the timeline says"
    names = Counter(name for name, _digest in found)
    yield from (f"{name}: there {times} times" for name, times in names.items() if times > 1)
    yield from (f"{n}: removed" for n in sorted(line.told) if line.told[n] and not names[n])


def verify(path, head=""):  # (what is wrong, what to say when nothing is)
    with zipfile.ZipFile(path) as bundle:
        files = hashes_of(bundle)
        (made,), (incident,) = (lines_of(bundle, f"{n}.json") for n in ("manifest", "incident"))
        if made["format"] != FORMAT:
            raise ValueError(f"format {made['format']} is not known here, only {FORMAT}")
        line = Timeline(bundle, incident["name"])
        found = [*wrong_files(files, made["files"]), *wrong_rows(bundle, line, files, incident)]
        found += line.wrong_order(made["entries"], [made["head"], head or made["head"]])
    older = f" except {line.older} facts older than their proof" if line.older else ""
    said = f"{incident['name']}: {len(line.links)} entries, all whole{older}. Head {made['head']}"
    return found, said + (", as expected" if head else ": compare it with the incident's page")


if __name__ == "__main__":
    try:
        problems, verdict = verify(*sys.argv[1:3]) if sys.argv[1:] else sys.exit(__doc__)
    except Exception as error:  # noqa: BLE001  (whatever a hostile file does, this is the answer)
        sys.exit(f"This bundle cannot be verified: {error or type(error).__name__}")
    sys.exit("\n".join(["WRONG:", *problems]) if problems else print(verdict))
