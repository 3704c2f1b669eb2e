"""Every part of the look on one page, for tests and for looking at it."""

import datetime as dt
import re
from pathlib import Path
from types import SimpleNamespace

from django import forms
from django.template import Context, engines
from django.test import RequestFactory

from core import svg

HERE = Path(__file__).parent
ICONS = re.findall(r'symbol id="(\w+)"', (HERE.parent.parent / "static/img/icons.svg").read_text())


class Contact(forms.Form):
    name = forms.CharField(label="联系人", help_text="正在输入")
    phone = forms.RegexField(r"^\d{11}$", label="手机", error_messages={"invalid": "少 1 位，应为 11 位"})
    product = forms.ChoiceField(label="产品", choices=[("FTTH", "FTTH宽带"), ("3G", "3G")])
    duty = forms.ChoiceField(label="分工", choices=[("field", "外勤"), ("hall", "厅内")], widget=forms.RadioSelect)
    note = forms.CharField(label="备注", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    consent = forms.BooleanField(label="客户同意登记以上信息并由营业厅联系")


def _row(name: str, total: float, change: int, cells: list[float], points: float) -> dict[str, object]:
    low = total < 80
    return {
        "name": name,
        "change": change,
        "low": low,
        "points": points,
        "total": svg.score_bar(f"{total:.2f}", total, low=low, mean=87.42),
        "cells": [svg.item_cell(f"{v:g}", v, low=v < 75) for v in cells],
    }


def context() -> dict[str, object]:
    form = Contact({"name": "刘建军", "phone": "1390221764", "product": "3G", "duty": "field", "consent": "on"})
    places = [("home", "首页"), ("slip", "预受理"), ("grid", "网格"), ("team", "团队"), ("score", "考核")]
    places += [("meeting", "例会"), ("data", "数据"), ("settings", "设置")]
    names = ["FTTH宽带", "3G", "3G版亲情1+", "2G版亲情1+", "固话保有率", "宽带保有率", "主观评价"]
    points = ["22.50", "20.00", "20.00", "3.00", "9.90", "9.85", "8.50"]
    terms = [
        {"code": c, "name": n, "points": p, "working": "90 × 25%", "score": p, "url": "#", "current": c == "A"}
        for c, n, p in zip("ABCDEFG", names, points, strict=True)
    ]
    return {
        "nav": [
            {"url": "#", "icon": i, "label": w, "current": i == "score", "end": i == "settings"} for i, w in places
        ],
        "scope_label": "南开分公司 / 2026年10月",
        "company_is_demo": True,
        "user": SimpleNamespace(
            is_authenticated=True, name="杜文静", get_role_display="家庭客户部", staff_code="TJ20417"
        ),
        "mean": 87.42,
        "months": [("2026-10", "2026年10月"), ("2026-11", "2026年11月")],
        "bureaus": [("", "全部"), ("1", "王顶堤")],
        "filters": [{"label": "街道", "value": "学府", "url": "?"}],
        "steps": [
            {"label": "开放", "state": "done"}, {"label": "试算", "state": "done"},
            {"label": "公示中", "state": "now"}, {"label": "审定", "state": ""},
        ],
        "league": [
            _row("南开-体育中心-02", 102.55, 0, [118, 103, 97], 4.2),
            _row("南开-华苑-04", 99.3, 2, [112, 91, 96], 3.8),
            _row("南开-王顶堤-03", 93.75, -3, [90, 80, 110], 3),
            _row("南开-嘉陵道-01", 62.64, -1, [55, 47, 61], -1.2),
        ],
        "terms": terms,
        "items": terms,
        "tabs": [{"url": "#", "label": "计入的记录", "count": 49, "current": True}, {"url": "#", "label": "按日"}],
        "chips": [
            ("draft", "草稿"), ("sent", "已提交"), ("info", "已签收"), ("work", "受理中"), ("good", "已受理"),
            ("warn", "退回补充"), ("bad", "超时升级"), ("off", "撤单"), ("", "重复"),
        ],
        "values": [91, 93, 90, 95, 94, 97],
        "events": [
            {"when": "6 日 09:12", "what": "提交", "who": "吴家麟", "code": "TJ20417"},
            {"when": "6 日 11:40", "what": "签收", "who": "赵敏", "took": "2.5 时"},
            {"when": "现在", "what": "已等 50 时 10 分", "now": True, "bad": True},
        ],
        "form": form,
        "icons": ICONS,
        "on": dt.date(2026, 11, 12),
        "job": SimpleNamespace(pk=1),
    }  # fmt: skip


def render(layout: str = "base.html", **more: object) -> str:
    request = RequestFactory().get("/kpi/league/", {"sort": "-total", "month": "2026-10"})
    request.COOKIES.update({k: str(v) for k, v in more.pop("cookies", {}).items()})  # type: ignore[attr-defined]
    # A plain Context: no context processors, so that the parts need no database.
    template = engines["django"].engine.from_string((HERE / "gallery.html").read_text())
    return template.render(Context({**context(), "layout": layout, "request": request, **more}))
