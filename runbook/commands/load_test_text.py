"""The summary of a load test for people, and what checks see of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus

from runbook.cloud.loads import LoadReport, percentile
from runbook.document.definition import Json

_PERCENTILES = (50, 90, 95, 99)


def load_test_text(report: LoadReport) -> str:
    total, errors = len(report.samples), errors_by_kind(report)
    statuses = ", ".join(f"{status}: {n}" for status, n in sorted(report.statuses.items()))
    lines = [
        _line("Requests", f"{total} in {report.seconds:.1f} s, {_per_second(report):.1f} a second"),
        _line("Answers", f"{len(report.latencies)}{f' ({statuses})' if statuses else ''}"),
        _line("Errors", f"{errors.total()} ({report.error_rate:.1%})"),
        *[_line("", f"{n} {kind}") for kind, n in errors.most_common()],
        *_in_vain(report),
        "",
        _line("Time to answer", _spread(report.latencies)),
        _line("Name (DNS)", f"{report.dns_seconds:.3f} s, looked up once"),
        _line("Connecting", _spread(_opened(report))),
        _line("TLS", _spread(_secured(report))),
    ]
    return "\n".join(lines)


def _line(name: str, words: str) -> str:
    return f"{name:<16}{words}".rstrip()


def _spread(times: Sequence[float]) -> str:
    if not times:
        return "none"
    named = [f"p{at} {percentile(times, at):.3f} s" for at in _PERCENTILES]
    return "  ".join([*named, f"max {times[-1]:.3f} s"])


def _in_vain(report: LoadReport) -> list[str]:
    words = f"{report.unanswered_time:.1%} of the connections' time, no answer came"
    return [_line("Waited in vain", words)] if report.errors else []


def _per_second(report: LoadReport) -> float:
    return len(report.samples) / max(report.seconds, 1e-9)


def _opened(report: LoadReport) -> list[float]:
    return sorted(one.connect_seconds for one in report.samples if one.connect_seconds)


def _secured(report: LoadReport) -> list[float]:
    return sorted(one.tls_seconds for one in report.samples if one.tls_seconds)


def errors_by_kind(report: LoadReport) -> Counter[str]:
    """Requests without an answer by what kept them from one, and answers of 400 and above."""
    refused = {
        f"answered {status}": n
        for status, n in report.statuses.items()
        if status >= HTTPStatus.BAD_REQUEST
    }
    return report.errors + Counter(refused)


def load_test_result(report: LoadReport) -> Json:
    """Times are seconds. What was not measured at all is left out, so that no check of it passes:
    without an answer there is no p95."""
    times, kinds = report.latencies, errors_by_kind(report)
    found: dict[str, Json] = {
        "requests": len(report.samples),
        "seconds": round(report.seconds, 6),
        "per_second": round(_per_second(report), 3),
        "errors": kinds.total(),
        "error_rate": round(report.error_rate, 6),
        "unanswered_time": round(report.unanswered_time, 6),
        "errors_by_kind": dict(kinds),
        "statuses": {str(status): n for status, n in report.statuses.items()},
        "dns_seconds": round(report.dns_seconds, 6),
        **_measured("connect", _opened(report)),
        **_measured("tls", _secured(report)),
    }
    if times:
        found |= {f"p{at}": round(percentile(times, at), 6) for at in _PERCENTILES}
        found |= {"mean": round(sum(times) / len(times), 6), "max": round(times[-1], 6)}
    return found


def _measured(name: str, times: Sequence[float]) -> dict[str, Json]:
    if not times:
        return {}
    mean = sum(times) / len(times)
    return {f"{name}_seconds": round(mean, 6), f"{name}_p95": round(percentile(times, 95), 6)}
