"""Every house rule has been seen to fail: each gets a planted breach."""

from pathlib import Path

import pytest
from django.apps import AppConfig
from django.db import models
from django.test.utils import isolate_apps

from tests.architecture import rules

VIEW = Path("grids/views.py")
RULE = Path("kpi/domain/scoring.py")
PAGE = Path("templates/grids/grid_list.html")


def test_long_file_is_found() -> None:
    assert rules.too_long(RULE, "x = 1\n" * 401) == ["kpi/domain/scoring.py: 401 lines, 400 at most"]
    assert rules.too_long(RULE, "x = 1\n" * 400) == []


def test_long_function_is_found() -> None:
    text = "def f():\n" + "    x = 1\n" * 60
    assert rules.too_long(RULE, text) == ["kpi/domain/scoring.py:1: f has 61 lines, 60 at most"]


def test_long_view_is_found() -> None:
    text = "def f(request):\n" + "    x = 1\n" * 26
    assert rules.too_long(VIEW, text) == ["grids/views.py:1: f has 26 lines, 25 at most"]


def test_raw_cursor_is_found_outside_core_sql() -> None:
    text = "with connection.cursor() as c:\n    pass\nGrid.objects.raw('SELECT 1')\n"
    assert len(rules.raw_cursors(RULE, text)) == 2
    assert rules.raw_cursors(Path("core/sql.py"), text) == []


@pytest.mark.parametrize("call", ["form.save()", "Grid.objects.create()", "grids.update(a=1)", "grids.annotate(a=1)"])
def test_write_in_a_view_is_found(call: str) -> None:
    assert rules.writes_in_views(VIEW, call) == [f"grids/views.py:1: {call.partition('(')[0]}() in a view"]


@pytest.mark.parametrize("call", ["timezone.now()", "dt.datetime.now()", "date.today()", "timezone.localdate()"])
def test_clock_in_a_rule_is_found(call: str) -> None:
    assert rules.clocks(RULE, call) == [f"kpi/domain/scoring.py:1: {call} in a rule"]


@pytest.mark.parametrize(
    "line",
    [
        "import django.dispatch",
        "from django.dispatch import receiver",
        "from django.db.models import signals",
        "from django.db.models.signals import post_save",
    ],
)
def test_signal_is_found(line: str) -> None:
    assert len(rules.signals(RULE, line)) == 1


def test_foreign_key_that_points_up_is_found() -> None:
    with isolate_apps("grids", "kpi") as registry:
        attributes = {"__module__": "kpi.models"}

        class Meta:
            app_label = "kpi"

        above = type("PlantedScore", (models.Model,), {**attributes, "Meta": Meta})

        class LowMeta:
            app_label = "grids"

        key = models.ForeignKey(above, models.PROTECT, related_name="+")
        type("PlantedGrid", (models.Model,), {"__module__": "grids.models", "Meta": LowMeta, "score": key})
        configs: list[AppConfig] = [registry.get_app_config("grids"), registry.get_app_config("kpi")]
        found = rules.upward_keys(configs, ["grids", "kpi"])
    assert found == ["grids.PlantedGrid.score points up to kpi.PlantedScore"]


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ("<script>go()</script>", "inline script"),
        ('<p style="color: red">', "inline style"),
        ("<style>p {}</style>", "inline style"),
        ('<button onclick="go()">', "inline handler"),
        ('<a href="javascript:go()">', "javascript address"),
        ('<script src="https://cdn.example/x.js"></script>', "foreign script or style"),
    ],
)
def test_inline_code_is_found(html: str, name: str) -> None:
    assert rules.inline_code(PAGE, f"<div>\n{html}") == [f"{PAGE}:2: {name}"]


def test_own_script_is_no_inline_code() -> None:
    html = '<script type="module" src="{% static \'js/app.js\' %}"></script>{# <p style="x"> #}'
    assert rules.inline_code(PAGE, html) == []


@pytest.mark.parametrize(
    "html", ["<h1>网格</h1>", "<p>\n  Grids of this branch\n</p>", '<input placeholder="电话">', "{{ n }} 户"]
)
def test_untranslated_text_is_found(html: str) -> None:
    assert len(rules.untranslatable(PAGE, html)) == 1


@pytest.mark.parametrize(
    "html",
    [
        "<h1>{% translate '网格' %}</h1>",
        "{% blocktranslate count n=n %}{{ n }} 户{% plural %}{{ n }} 户{% endblocktranslate %}",
        '<option value="FTTH">FTTH</option> &nbsp;· 1,234',
        '<button lang="zh-hans">中文</button>{% block body_class %}panes{% endblock %} .xlsx',
        "{# 网格 #}{% if name == '网格' %}{{ name|default:'无' }}{% endif %}",
    ],
)
def test_translatable_page_passes(html: str) -> None:
    assert rules.untranslatable(PAGE, html) == []
