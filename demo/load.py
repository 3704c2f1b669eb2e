"""Writing the company into the database: COPY everywhere, big indexes built once at the end."""

from collections.abc import Iterable, Iterator

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from core import sql
from core.refusals import Refusal

# What a fresh database has before anybody uses it.
SEEDED = {"Product", "Channel", "ChannelPlace", "ChannelMapping", "Scheme", "Indicator"}
ROOMS = ["accounts", "imports", "grids", "customers", "managers", "campaigns", "acceptance", "kpi"]
BIG = [
    "customers_household",
    "customers_subscription",
    "customers_case",
    "acceptance_acceptance",
    "acceptance_slip",
    "acceptance_slipline",
    "acceptance_slipevent",
]


class DatabaseInUse(Refusal):
    """The database holds rows that the demo company would mix with."""


def require_empty() -> None:
    """Raises DatabaseInUse, naming the first table with rows."""
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            if model.__name__ not in SEEDED and model._default_manager.exists():
                raise DatabaseInUse(
                    _("数据库里已有数据（%(table)s）。请换一个 GM_DATA_DIR，或先 make reset；演示公司只建在空库里。")
                    % {"table": model._meta.verbose_name}
                )


def put(table: str, columns: list[str], rows: Iterable[Iterable[object]]) -> int:
    """COPY rows into a table; returns how many."""
    return sql.copy(table, columns, map(sql.copy_line, rows))


def numbered(rows: Iterable[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    """Rows with ids from 1 in front."""
    return ((number, *row) for number, row in enumerate(rows, 1))
