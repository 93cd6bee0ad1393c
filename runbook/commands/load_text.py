"""The summary of a load in the words of hey, and what checks see of it."""

from __future__ import annotations

from collections.abc import Sequence

from runbook.cloud.loads import LoadReport, percentile
from runbook.document.definition import Json

_BAR = 40
_BUCKETS = 10


def hey_text(report: LoadReport) -> str:
    times = report.latencies
    mean = sum(times) / len(times) if times else 0.0
    lines = [
        *("", "Summary:"),
        f"  Total:\t{report.seconds:.4f} secs",
        f"  Slowest:\t{percentile(times, 100):.4f} secs",
        f"  Fastest:\t{percentile(times, 0):.4f} secs",
        f"  Average:\t{mean:.4f} secs",
        f"  Requests/sec:\t{len(report.samples) / max(report.seconds, 1e-9):.4f}",
        *("", "Response time histogram:", *_histogram(times)),
        *("", "Latency distribution:"),
        *[f"  {at}% in {percentile(times, at):.4f} secs" for at in (10, 25, 50, 75, 90, 95, 99)],
        *("", "Details (average, fastest, slowest):", *_details(report)),
        *("", "Status code distribution:"),
        *[f"  [{status}]\t{n} responses" for status, n in sorted(report.statuses.items())],
    ]
    if report.errors:
        lines += ["", "Error distribution:"]
        lines += [f"  [{n}]\t{kind}" for kind, n in report.errors.most_common()]
    return "\n".join([*lines, ""])


def _histogram(times: Sequence[float]) -> list[str]:
    if not times:
        return []
    width = (times[-1] - times[0]) / _BUCKETS
    ends = [times[0] + width * number for number in range(_BUCKETS)] + [times[-1]]
    counts = [0] * len(ends)
    for seconds in times:
        counts[next(at for at, end in enumerate(ends) if seconds <= end)] += 1
    most = max(counts)
    return [
        f"  {end:.3f} [{n}]\t|{'■' * round(n * _BAR / most)}"
        for end, n in zip(ends, counts, strict=True)
    ]


def _details(report: LoadReport) -> list[str]:
    opened = [sample for sample in report.samples if sample.connect_seconds]
    rows = (
        ("DNS-lookup", [report.dns_seconds]),
        ("Dialup", [sample.connect_seconds for sample in opened]),
        ("TLS", [sample.tls_seconds for sample in opened if sample.tls_seconds]),
    )
    return [f"  {title}:\t{_spread(times)}" for title, times in rows if times]


def _spread(times: Sequence[float]) -> str:
    average = sum(times) / len(times)
    return ", ".join(f"{value:.4f} secs" for value in (average, min(times), max(times)))


def result_of(report: LoadReport) -> Json:
    times = report.latencies
    opened = [sample.connect_seconds for sample in report.samples if sample.connect_seconds]
    secured = [sample.tls_seconds for sample in report.samples if sample.tls_seconds]
    return {
        "requests": len(report.samples),
        "seconds": round(report.seconds, 6),
        "per_second": round(len(report.samples) / max(report.seconds, 1e-9), 3),
        "error_rate": round(report.error_rate, 6),
        "unanswered_time": round(report.unanswered_time, 6),
        "errors": dict(report.errors),
        "statuses": {str(status): n for status, n in report.statuses.items()},
        "latency": {f"p{at}": round(percentile(times, at), 6) for at in (50, 90, 95, 99)},
        "slowest": round(percentile(times, 100), 6),
        "dns_seconds": round(report.dns_seconds, 6),
        "connect_seconds": round(sum(opened) / max(len(opened), 1), 6),
        "tls_seconds": round(sum(secured) / max(len(secured), 1), 6),
    }
