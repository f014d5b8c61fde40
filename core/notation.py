"""Numbers, times and sizes in words: one notation for each, on pages, in figures, in a terminal.

Knows nothing of what is counted.
"""

from __future__ import annotations

DASH = "–"

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def count(value: float) -> str:
    """2168362 -> "2,168,362"."""
    return f"{value:,.0f}"


def short(value: float) -> str:
    """9248 -> "9.25 k", 2168362 -> "2.17 M": three significant digits, below a thousand all."""
    unit = ""
    for larger in ("k", "M", "G"):
        if float(f"{value:.3g}") < 1000:
            break
        value, unit = value / 1000, f"\u00a0{larger}"
    return f"{float(f'{value:.3g}'):,g}{unit}" if unit else f"{value:.0f}"


def large(value: float) -> str:
    """40012345 -> "40 million": three digits, and the unit in a word."""
    rounded = float(f"{value:.3g}")  # first, or 999.7 million would be a thousand millions
    for unit, one in (("billion", 1e9), ("million", 1e6), ("thousand", 1e3)):
        if rounded >= one:
            return f"{rounded / one:,g} {unit}"
    return count(value)


def decimal(value: float, digits: int = 1) -> str:
    """-0.52 -> "−0.5", with a minus sign and not a hyphen; what rounds to nothing has no sign."""
    shown = f"{abs(value):.{digits}f}"
    return f"−{shown}" if value < 0 and float(shown) else shown


def percent(fraction: float | None, digits: int = 1) -> str:
    """0.978 -> "97.8 %"; what is not quite 0 or 100 is said so: "<0.1 %", ">99.9 %"."""
    if fraction is None:
        return DASH
    least = 10.0**-digits
    shown = f"{100 * fraction:.{digits}f}"
    if 0 < 100 * fraction < least:
        return f"<{least:.{digits}f} %"
    if fraction < 1 and float(shown) >= 100:
        return f">{100 - least:.{digits}f} %"
    return f"{shown} %"


def loss(value: float | None) -> str:
    """0.86123 -> "0.8612"; what is too small to show is said so: "<0.0001"."""
    if value is None:
        return DASH
    return "<0.0001" if 0.0 < value < 1e-4 else f"{value:.4f}"


def learning_rate(value: float, digits: int = 3) -> str:
    """0.0011 -> "0.0011", 0.000032 -> "3.2 × 10⁻⁵": at most so many significant digits."""
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    if not value or -4 <= int(exponent) < digits:
        return f"{value:.{digits}g}"
    # With spaces that no line is broken at.
    return f"{float(mantissa):g}\u00a0×\u00a010{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def size(number: float) -> str:
    """Bytes: 139362848 -> "139 MB"."""
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}"
        number /= 1000
    return f"{number:.1f} GB" if number < 1000 else f"{number / 1000:,.1f} TB"


def duration(seconds: float | None) -> str:
    """95 -> "1 min 35 s"."""
    if seconds is None:
        return DASH
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
