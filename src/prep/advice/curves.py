"""Cost a month over the volume: the lines, and the same as a small SVG drawn by hand."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

from prep.advice.ways import bill
from prep.advice.words import usd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.advice.ways import Load, Way

POINTS = 41
# Colours that differ for colour-blind readers (Okabe and Ito), and dashes for print.
_INKS = (
    ("#0072b2", ""),
    ("#d55e00", "7 3"),
    ("#009e73", "2 3"),
    ("#cc79a7", "9 3 2 3"),
    ("#56b4e9", "4 2"),
    ("#000", "1 2"),
)
_FONT = 'font-family="sans-serif" font-size="12" role="img"'
_UNDER = "US dollars, both axes logarithmic; all in: requests, hosting, training, labels, priced errors"
WIDTH, HEIGHT = 760, 460
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 20, 64, 52
_LINE = 18  # height of a line of the legend


def curves(ways: Sequence[Way], load: Load, marks: Sequence[float]) -> dict[str, Any]:
    """Dollars a month of each way at volumes around today's and around `marks` (requests a day)."""
    around = [one for one in (load.requests_per_day, *marks) if one > 0] or [1.0]
    low, high = floor(log10(min(around)) - 0.5), ceil(log10(max(around)) + 0.5)
    volumes = [round(10 ** (low + (high - low) * step / (POINTS - 1)), 4) for step in range(POINTS)]
    lines = [
        {
            "way": way.name,
            "usd_per_month": [
                round(bill(way, replace(load, requests_per_day=one, requests_growth=0.0)).monthly.likely, 6)
                for one in volumes
            ],
        }
        for way in ways
    ]
    return {"requests_per_day": volumes, "lines": lines, "now": load.requests_per_day, "break_even": sorted(marks)}


def svg(found: dict[str, Any]) -> str:
    """The curves as an SVG: both axes logarithmic, a line a way, today's volume and the break-evens marked."""
    lines, volumes = found["lines"], found["requests_per_day"]
    amounts = [usd for line in lines for usd in line["usd_per_month"] if usd > 0] or [1.0]
    bottom, top = floor(log10(min(amounts))), ceil(log10(max(amounts)))
    top = max(top, bottom + 1)
    whole = HEIGHT + _LINE * len(lines) + 12
    x = Scale(log10(volumes[0]), log10(volumes[-1]), _LEFT, WIDTH - _RIGHT)
    y = Scale(bottom, top, HEIGHT - _BOTTOM, _TOP)
    size = f'viewBox="0 0 {WIDTH} {whole}" width="{WIDTH}" height="{whole}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {_FONT}>',
        "<title>Cost a month over requests a day</title>",
        f'<rect width="{WIDTH}" height="{whole}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="22" font-size="15" font-weight="bold">Cost a month over requests a day</text>',
        f'<text x="{_LEFT}" y="40" fill="#555">{_UNDER}</text>',
    ]
    parts += _axes(x, y, range(ceil(log10(volumes[0])), floor(log10(volumes[-1])) + 1), range(bottom, top + 1))
    parts += _marks(x, found)
    for number, line in enumerate(lines):
        ink, dash = _INKS[number % len(_INKS)]
        points = [
            f"{x(log10(volume)):.1f},{y(log10(amount)):.1f}"
            for volume, amount in zip(volumes, line["usd_per_month"], strict=True)
            if amount > 0
        ]
        style = f'stroke="{ink}" stroke-width="2.2"' + (f' stroke-dasharray="{dash}"' if dash else "")
        parts.append(f'<polyline points="{" ".join(points)}" fill="none" {style}/>')
        level = HEIGHT + 8 + _LINE * number
        parts.append(f'<line x1="{_LEFT}" x2="{_LEFT + 34}" y1="{level}" y2="{level}" {style}/>')
        parts.append(f'<text x="{_LEFT + 42}" y="{level + 4}">{escape(line["way"])}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


class Scale:
    """From a value to a place in the picture."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.high, self.start, self.end = low, high, start, end

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def _axes(x: Scale, y: Scale, columns: range, rows: range) -> list[str]:
    step = max(1, ceil(len(rows) / 8))
    parts = []
    for power in columns:
        at = x(power)
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}" stroke="#e4e4e4"/>')
        parts.append(f'<text x="{at:.1f}" y="{HEIGHT - _BOTTOM + 17}" text-anchor="middle">{_round(power)}</text>')
    for power in rows[::step]:
        at = y(power)
        parts.append(f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#e4e4e4"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{_round(power)}</text>')
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle:.0f}" y="{HEIGHT - _BOTTOM + 36}" text-anchor="middle">requests a day</text>')
    across = (
        f'x="18" y="{(_TOP + HEIGHT - _BOTTOM) / 2:.0f}" transform="rotate(-90 18 {(_TOP + HEIGHT - _BOTTOM) / 2:.0f})"'
    )
    parts.append(f'<text {across} text-anchor="middle">USD a month</text>')
    return parts


def _marks(x: Scale, found: dict[str, Any]) -> list[str]:
    """Vertical lines at today's volume and at each break-even, their labels one below the other."""
    told = [(found["now"], f"now {found['now']:,.0f}", "#555")] if found["now"] > 0 else []
    told += [(one, f"break-even {one:,.0f}", "#b00") for one in found["break_even"] if one > 0]
    parts = []
    for number, (value, label, ink) in enumerate(sorted(told)):
        at = x(log10(value))
        parts.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}" stroke="{ink}" '
            'stroke-dasharray="3 3"/>'
        )
        end = at > WIDTH - 180
        place = f'x="{at - 4 if end else at + 4:.1f}" y="{_TOP + 12 + 15 * number}"' + (
            ' text-anchor="end"' if end else ""
        )
        parts.append(f'<text {place} fill="{ink}">{escape(label)}</text>')
    return parts


def _round(power: int) -> str:
    """A power of ten as people write it."""
    if power >= 6:
        return f"{10 ** (power - 6):,} M"
    return f"{10**power:,}" if power >= 0 else usd(10.0**power)
