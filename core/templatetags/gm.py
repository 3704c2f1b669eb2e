"""Tags and filters of the product's look: `{% load gm %}`. docs/components.md shows how to call each."""

from typing import Any

from django import template
from django.http import QueryDict
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from core import formats, svg

register = template.Library()

for name in (
    "number", "plain", "signed", "percent", "month", "day", "full_day", "weekday", "moment",
    "duration", "time_left", "mask_phone", "mask_name", "listed", "named",
):  # fmt: skip
    register.filter(name if name not in {"month", "day"} else f"in_{name}", getattr(formats, name))

register.simple_tag(formats.share, name="share")
for drawing in (svg.item_cell, svg.score_bar, svg.hbar, svg.clock, svg.rank_change, svg.chip, svg.spark):
    register.simple_tag(drawing)
register.simple_tag(svg.progress, name="pvt")


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An icon of the sprite; without a label it is decoration. Size "sm" is 16 px."""
    named = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{}" {}><use href="{}#{}"/></svg>', f"ico {size}".strip(), named, static("img/icons.svg"), name
    )


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: object) -> str:
    """The page's own query string with some values changed ("" or None drops one); paging starts anew."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    query.pop("after", None)
    for key, value in changes.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_head(context: Context, key: str, label: str, kind: str = "") -> SafeString:
    """A sortable column head: a link that keeps the rest of the URL; `?sort=key` or `?sort=-key`."""
    request = context.get("request")
    now = request.GET.get("sort", "") if request else ""
    now = now or str(context.get("sort", ""))
    order = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    url = query_with(context, sort=key if now == f"-{key}" else f"-{key}")
    marked = format_html(' aria-sort="{}"', order) if order else ""
    return format_html('<th scope="col" class="{}"{}><a href="{}">{}</a></th>', kind, marked, url, label)


@register.filter
def kind_of(bound: Any) -> str:
    """What sort of control a form field is: text, select, textarea, checkbox, choices, file or hidden."""
    widget = bound.field.widget
    given = getattr(widget, "input_type", "")
    if hasattr(widget, "choices"):
        return "select" if given == "select" else "choices"
    if not given:
        return "textarea"
    return given if given in {"checkbox", "file", "hidden"} else "text"


@register.filter
def control(bound: Any) -> SafeString:
    """The field's control, tied to its hint and its error by aria-describedby."""
    described = []
    if bound.errors:
        described.append(f"{bound.id_for_label}-msg")
    if bound.help_text:
        described.append(f"{bound.id_for_label}-hint")
    attrs = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    html: SafeString = bound.as_widget(attrs=attrs)
    return html


@register.inclusion_tag("core/_query_select.html")
def query_select(name: str, label: str, choices: Any, value: object = "", default: object = "") -> dict[str, object]:
    """A choice in the query row; it is marked as narrowing where its value isn't the default."""
    chosen = "" if value is None else str(value)
    options = [(str(v), text, str(v) == chosen) for v, text in choices]
    return {"name": name, "label": label, "options": options, "on": chosen != str(default)}
