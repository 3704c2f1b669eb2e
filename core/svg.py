"""Small drawings as strings: the server draws them, so that pages need neither script nor inline style.

Plain functions, usable from queries and views where a template would be too slow (a league of 260 rows);
the tags of core/templatetags/gm.py call the same ones. Numbers handed in as text are expected formatted.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

ITEM_WIDTH = 70.0  # px, as in app.css; 100 points stand at three quarters of it
_POINT = ITEM_WIDTH * 0.75 / 100
_CAP_X = 52.5

Number = int | float


def _safe(markup: str) -> SafeString:
    # Callers escape every text that isn't ours; the class itself, because mark_safe() wraps each call.
    return SafeString(markup)


def _clamp(value: Number, low: Number = 0, high: Number = 100) -> float:
    return float(min(max(value, low), high))


def _short(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") or "0"


def _item_bar(points: int) -> str:
    width = _short(min(points, 100) * _POINT)
    over = f'<path class="o" d="M{_CAP_X} 2h{_short((min(points, 133) - 100) * _POINT)}"/>' if points > 100 else ""
    return f'</span><svg aria-hidden="true"><rect width="{width}"/>{over}</svg></span>'


def item_cell(text: str, value: Number | None, *, low: bool = False, note: str = "") -> SafeString:
    """One item in the league: number over a bar, tick at 100, dashes beyond it; red when low.

    `text` is the number as shown (trusted, from core.formats), `value` the same in points; `note` is small print.
    """
    return _item_cell(str(text), None if value is None else max(int(value), 0), low, str(note))


# A league repeats the same few hundred cells on every visit.
@lru_cache(maxsize=8192)
def _item_cell(text: str, points: int | None, low: bool, note: str) -> SafeString:
    small = f" <small>{escape(note)}</small>" if note else ""
    if points is None:
        return _safe(f'<span class="itm na"><span class="muted">{escape(text)}{small}</span></span>')
    kind = "itm low" if low else "itm"
    return _safe(f'<span class="{kind}"><span>{text}{small}{_item_bar(points)}')


def score_bar(
    text: str, value: Number, *, low: bool = False, mean: Number | None = None, top: Number = 110
) -> SafeString:
    """The league's total: a number, a bar from zero to `top`, the mean as a dashed line."""
    line = ""
    if mean is not None:
        x = _short(_clamp(mean * 100 / top))
        line = f'<line x1="{x}%" x2="{x}%" y1="-9" y2="19"/>'
    kind = "hbar low" if low else "hbar"
    width = _short(_clamp(value * 100 / top))
    bar = f'<svg class="{kind}" aria-hidden="true"><rect width="{width}%"/>{line}</svg>'
    return _safe(f'<span class="tot"><b>{text}</b>{bar}</span>')


def hbar(
    value: Number, *, top: Number = 100, kind: str = "", mean: Number | None = None, label: str = ""
) -> SafeString:
    """A plain horizontal bar from zero; kind is "", "soft", "grey" or "low". Without a label it is decoration."""
    line = ""
    if mean is not None:
        x = _short(_clamp(mean * 100 / top if top else 0))
        line = f'<line x1="{x}%" x2="{x}%" y1="-4" y2="100%"/>'
    width = _short(_clamp(value * 100 / top if top else 0))
    return _safe(f'<svg class="{f"hbar {kind}".strip()}" {_named(label)}><rect width="{width}%"/>{line}</svg>')


def _named(label: str) -> str:
    return f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'


def progress(done: Number, time: Number, *, late: bool | None = None, size: str = "") -> SafeString:
    """Progress against time, both in per cent. Late means more than three points behind unless told otherwise.

    `size` is "", "thin" or "tall".
    """
    behind = time - done > 3 if late is None else late
    kinds = " ".join(filter(None, ("pvt", "late" if behind else "", size)))
    label = gettext("完成 %(done)s%%，时间过去 %(time)s%%") % {"done": _short(done), "time": _short(time)}
    x = _short(_clamp(time))
    return _safe(
        f'<svg class="{kinds}" role="img" aria-label="{escape(label)}"><rect class="t" width="100%" rx="2"/>'
        f'<rect class="v" width="{_short(_clamp(done))}%" rx="2"/><line x1="{x}%" x2="{x}%" y1="-5" y2="100%"/>'
        f'<line x1="{x}%" x2="{x}%" y1="50%" y2="100%" transform="translate(0 5)"/></svg>'
    )


def clock(used: Number, text: str, level: str = "") -> SafeString:
    """A ring for the share of the limit used (per cent) and the words for what is left.

    Level is "", "warn" or "bad"; bad is a solid disc: over the limit.
    """
    if level == "bad":
        ring = '<circle class="d" cx="8" cy="8" r="8"/>'
    else:
        dash = _short(_clamp(used))
        ring = (
            '<circle class="t" cx="8" cy="8" r="6"/><circle class="p" cx="8" cy="8" r="6" pathLength="100" '
            f'stroke-dasharray="{dash} 100" transform="rotate(-90 8 8)"/>'
        )
    kind = f"clock {level}".strip()
    return _safe(f'<span class="{kind}"><svg viewBox="0 0 16 16" aria-hidden="true">{ring}</svg>{escape(text)}</span>')


def rank_change(change: int | None) -> SafeString:
    """▲ 2 for places gained, ▼ 1 for lost, — for none or no month before."""
    return _rank_change(change, get_language())


@lru_cache(maxsize=1000)  # a cell of every row, and few places are climbed
def _rank_change(change: int | None, language: str | None) -> SafeString:
    if not change:
        same = gettext("名次不变")
        return _safe(f'<span class="rk eq"><span aria-hidden="true">—</span><span class="vh">{same}</span></span>')
    kind, word = ("up", gettext("升")) if change > 0 else ("dn", gettext("降"))
    return _safe(f'<span class="rk {kind}"><span class="vh">{word} </span>{abs(change)}</span>')


def chip(kind: str, word: str) -> SafeString:
    """A status: draft, sent, info, work, good, warn, bad, off or "" (grey dot), each with a shape of its own."""
    return _safe(f'<span class="{f"chip {escape(kind)}".strip()}">{escape(word)}</span>')


def spark(values: Sequence[Number], *, label: str = "", width: int = 72, height: int = 20) -> SafeString:
    """A line of a few values with a dot at the last one."""
    if not values:
        return _safe("")
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = width / max(len(values) - 1, 1)
    points = [(i * step, height - 3 - (v - low) / span * (height - 6)) for i, v in enumerate(values)]
    line = " ".join(f"{_short(x)},{_short(y)}" for x, y in points)
    x, y = points[-1]
    return _safe(
        f'<svg class="spark" viewBox="0 0 {width} {height}" {_named(label)}><polyline points="{line}"/>'
        f'<circle cx="{_short(x)}" cy="{_short(y)}" r="2.5"/></svg>'
    )


def ranked_bars(
    rows: Iterable[tuple[str, str, Number, str, bool]], *, mean: Number | None, mean_text: str = "", label: str
) -> SafeString:
    """Bars of a slide, 870 wide, 24-px letters; a row is rank, name, value, value as text, low; the mean is dashed."""
    items = list(rows)
    top = max([float(row[2]) for row in items] + [float(mean or 0), 1.0])
    parts = [_ranked_bar(i * 33.5, row, top) for i, row in enumerate(items)]
    bottom = len(items) * 33.5 + 12
    if mean is not None:
        x = _short(268 + float(mean) * 482 / top)
        parts.append(
            f'<line x1="{x}" x2="{x}" y1="0" y2="{bottom:.0f}" class="s-text" stroke-width="2" stroke-dasharray="5 5"/>'
            f'<text x="{x}" y="{bottom + 24:.0f}" font-size="24" text-anchor="middle">{escape(mean_text)}</text>'
        )
    named = _named(label)
    return _safe(f'<svg class="chart" viewBox="0 0 870 {bottom + 34:.0f}" {named}>{"".join(parts)}</svg>')


def _ranked_bar(y: float, row: tuple[str, str, Number, str, bool], top: float) -> str:
    rank, name, value, text, low = row
    fill, word = ("f-bad", ' font-weight="700"') if low else ("f-grey", "")
    width = _short(_clamp(float(value) * 482 / top, 0, 482))
    return (
        f'<text class="mute" x="46" y="{y + 31:.1f}" font-size="24" text-anchor="end">{escape(rank)}</text>'
        f'<text x="64" y="{y + 31:.1f}" font-size="24"{word}>{escape(name)}</text>'
        f'<rect x="268" y="{y + 11:.1f}" width="{width}" height="24" class="{fill}"/>'
        f'<text class="{"low" if low else ""}" x="852" y="{y + 31:.1f}" font-size="24" text-anchor="end"{word}>'
        f"{escape(text)}</text>"
    )
