"""Functions of gcloud's formats that look at numbers, and numbers as gcloud prints them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runbook.commands.base import NotRunnable
from runbook.document.definition import Json

_SIZES = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40, "P": 2**50}
_MOST_DIGITS = 60


def number_text(
    value: Json, precision: str = "6", spec: str | None = None, undefined: str = ""
) -> Json:
    """`float()`: at most six digits, but no exponent up to a thousand million."""
    number = _number(value)
    if number is None:
        return undefined
    if spec is not None:
        return f"{number:.{int(precision)}{spec}}"
    shown = f"{number:.{int(precision)}}"
    exponent = shown.partition("e+")[2]
    return f"{number:.1f}" if exponent and int(exponent) < 9 else shown


def _number(value: Json) -> float | None:
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except ValueError:
        return None


def size(
    value: Json,
    zero: str = "0",
    precision: str = "1",
    units_in: str | None = None,
    units_out: str | None = None,
    min: str = "0",  # noqa: A002 (gcloud's name)
) -> Json:
    """Bytes for people: 1.5 GiB."""
    if not value:
        return zero
    least = float(min)
    number = _number(value) or 0.0
    prefix = "< " if number < least else ""
    number = max(number, least) * _unit(units_in)[1]
    suffix, unit = _unit(units_out)
    if suffix:
        return f"{number / unit:.{int(precision)}f}"
    return prefix + _scaled(number, int(precision))


def _unit(text: str | None) -> tuple[str, float]:
    number = None if text is None else _number(text)
    if number is not None:
        return "", number or 1.0
    letter = (text or "")[:1].upper()
    return (letter, float(_SIZES[letter])) if letter in _SIZES else ("", 1.0)


def _scaled(number: float, precision: int) -> str:
    units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"]
    unit = units.pop(0)
    while number >= 1024.0:
        number /= 1024.0
        if not units:
            break
        unit = units.pop(0)
    return f"{int(number)} {unit}" if number == int(number) else f"{number:.{precision}f} {unit}"


def _check_size(*arguments: str, **named: str) -> None:
    names = ("zero", "precision", "units_in", "units_out", "min")
    given = dict(zip(names, arguments, strict=False)) | named
    _check_digits(given.get("precision", "1"))
    if _number(given.get("min", "0")) is None:
        raise NotRunnable("gcloud crashes: size() takes a number as min.", gcloud_exit=1)


def _check_float(*arguments: str, **named: str) -> None:
    given = dict(zip(("precision", "spec", "undefined"), arguments, strict=False)) | named
    _check_digits(given.get("precision", "6"))
    if given.get("spec") not in (None, "e", "f", "g"):
        raise NotRunnable("float() takes e, f or g as spec.")


def _check_digits(text: str) -> None:
    if not text.isdecimal() or int(text) > _MOST_DIGITS:
        raise NotRunnable(f"'{text}' is not a number of digits.")


CHECKS: Mapping[str, Callable[..., None]] = {"float": _check_float, "size": _check_size}
KNOWN: Mapping[str, Callable[..., Json]] = {"float": number_text, "size": size}
