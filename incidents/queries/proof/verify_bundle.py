#!/usr/bin/env python3
"""Verifies an incident that Runbook exported: python3 verify_bundle.py FILE [HEAD]

HEAD, as the incident's page shows it, proves that not all was made anew. Python 3.8 is enough."""

import json
import re
import sys
import zipfile
from collections import Counter
from hashlib import sha256

FORMAT, FIRST, EMPTY = 3, "0" * 64, sha256(b"").hexdigest()
LIVE = ("planning", "waiting", "queued", "running")
SEALED = {"state", "output", "result", "checks", "text", "judged", "evidence"}
MOST_BYTES, LONGEST_LINE, MOST_LINES = 4 * 1024**3, 64 * 1024**2, 200_000
TABLES = "timeline runs plans approvals updates handoffs reports follow_ups validations"
NAMES = ["README.txt", "verify_bundle.py", "incident.json", "document.md", "report.md"]
NAMES += [f"{table}.jsonl" for table in TABLES.split()]
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
        how = "changed after the export" if name in wanted else "added after the export"
        if name not in hashes or hashes[name] != wanted.get(name):
            yield f"{name}: {how if name in hashes else 'removed'}"


class Timeline:  # the chain of entries, and what they say about rows and the document
    def __init__(self, bundle, ledger):
        self.links, self.wrong, self.ends, self.asked, self.said = [], [], {}, {}, Counter()
        self.source, self.told = "", set()
        for line in lines_of(bundle, "timeline.jsonl"):
            facts, previous, data = line["facts"], line["previous"], line["facts"]["data"]
            kind = facts["kind"].split(".")[0]
            chained = sha256(previous.encode() + b"\n" + canonical(facts)).hexdigest()
            if chained != line["digest"] or facts["ledger"] != ledger:
                self.wrong.append(f"entry {facts['number']}: changed after it was written")
            self.links.append((facts["number"], previous, line["digest"]))
            self.told.add((data.get("run"), facts["kind"]))
            if facts["kind"] == "approval.asked":
                self.asked[data["run"]] = data
                self.ends["request", data["run"]] = {k: data[k] for k in SEALED & {*data}}
            elif kind == "approval" and "verdict" in data:
                self.said[data["run"], facts["actor"], data["verdict"], data["digest"]] += 1
            elif kind in ("run", "report", "validation") and {"output", "text", "judged"} & {*data}:
                self.ends[kind, data[kind]] = data
            elif "revision" in data and "digest" in data:
                self.source = data["digest"]

    def wrong_order(self, count, heads):
        numbers = [number for number, _previous, _digest in self.links]
        digests = {0: FIRST, **{number: digest for number, _previous, digest in self.links}}
        for number in sorted({*range(1, min(max([count, *numbers]), MOST_LINES) + 1)} - {*numbers}):
            yield f"entry {number}: removed"
        yield from (f"entry {n}: there {k} times" for n, k in Counter(numbers).items() if k > 1)
        for number, previous, _digest in self.links:
            if digests.get(number - 1, previous) != previous:
                yield f"entry {number}: does not follow from entry {number - 1} as it is here"
        moved = sorted(n for n, wanted in zip(numbers, sorted(numbers)) if n != wanted)
        yield from [f"entries {' and '.join(map(str, moved))}: swapped"] if moved else []
        last = digests[max(digests)]
        for head in (h for h in heads if len(h) < 12 or not last.startswith(h.lower())):
            yield f"head: expected {head}, the last entry here is {last}"


def wrong_rows(bundle, line, hashes):  # noqa: C901  (a loop for each table)
    rows, plans, approvals, said = {}, {}, {}, Counter()
    for run in lines_of(bundle, "runs.jsonl"):
        own = rows["run", run["run"]] = {n: digest_of(run[n]) for n in ("result", "checks")}
        own.update(state=run["state"], output=hashes.get(f"outputs/run-{run['run']}.txt", EMPTY))
        if run["state"] not in LIVE and (run["run"], f"run.{run['state']}") not in line.told:
            yield f"run {run['run']}: it is {run['state']}, and the timeline does not say so"
    for kind, what in (("report", "text"), ("validation", "judged")):
        for row in lines_of(bundle, f"{kind}s.jsonl"):
            rows[kind, row[kind]] = {what: digest_of(row[what])}
    for plan in lines_of(bundle, "plans.jsonl"):
        true = digest_of({name: plan[name] for name in ("named", "plan")})
        is_named = plan["named"] or "requirements" in line.asked.get(plan["run"], {})
        plans[plan["run"]] = true if is_named else plan["digest"]
    for asked in lines_of(bundle, "approvals.jsonl"):
        run, approvals[asked["run"]] = asked["run"], asked["digest"]
        rows["request", run] = {"evidence": digest_of(asked["evidence"])}
        said.update((run, d["person"], d["verdict"], d["digest"]) for d in asked["decisions"])
    for what in sorted({*line.ends, *(key for key in rows if key[0] != "run")}):
        end = line.ends.get(what, dict.fromkeys(rows.get(what, {}), ""))
        for name in (n for n in sorted({*end} & SEALED) if rows.get(what, {}).get(n) != end[n]):
            yield f"{what[0]} {what[1]}: its {name} is not what the timeline says"
    for run in sorted({*line.asked, *approvals}):
        if not line.asked.get(run, {}).get("digest") == plans.get(run) == approvals.get(run):
            yield f"run {run}: plan, approval and timeline do not have the same digest"
    for key in sorted((line.said - said) + (said - line.said)):
        how = "removed or changed" if line.said[key] else "not on the timeline"
        yield f"run {key[0]}, decision of {key[1]} ({key[2]}): {how}"


def verify(path, head=""):  # (what is wrong, what to say when nothing is)
    with zipfile.ZipFile(path) as bundle:
        files = hashes_of(bundle)
        (made,), (incident,) = (lines_of(bundle, f"{n}.json") for n in ("manifest", "incident"))
        if made["format"] != FORMAT:
            raise ValueError(f"format {made['format']} is not known here, only {FORMAT}")
        line = Timeline(bundle, incident["name"])
        found = [*wrong_files(files, made["files"]), *wrong_rows(bundle, line, files), *line.wrong]
        found += line.wrong_order(made["entries"], [made["head"], head or made["head"]])
        if files["document.md"] != (line.source or incident["runbook"]["digest"]):
            found.append("document.md: not the document that the timeline names")
    said = f"{incident['name']}: {len(line.links)} entries, all whole. Head {made['head']}"
    return found, said + (", as expected" if head else ": compare it with the incident's page")


if __name__ == "__main__":
    try:
        problems, verdict = verify(*sys.argv[1:3]) if sys.argv[1:] else sys.exit(__doc__)
    except Exception as error:  # noqa: BLE001  (whatever a hostile file does, this is the answer)
        sys.exit(f"This bundle cannot be verified: {error or type(error).__name__}")
    sys.exit("\n".join(["WRONG:", *problems]) if problems else print(verdict))
