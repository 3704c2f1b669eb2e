"""What an indicator can measure. A new measure is one file here: whatever module has a MEASURE is found by itself."""

from importlib import import_module
from pkgutil import iter_modules

from django.utils.functional import Promise

from core import sql
from kpi.indicators.measure import Figures, Measure

__all__ = ["MEASURES", "Figures", "Measure", "measure_choices"]


def _found() -> list[Measure]:
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    measures = [module.MEASURE for module in modules if hasattr(module, "MEASURE")]
    return sorted(measures, key=lambda measure: (measure.place, measure.code))


# In the order in which they are offered and worked out.
MEASURES: dict[str, Measure] = {measure.code: measure for measure in _found()}
for _measure in MEASURES.values():
    if _measure.sql:
        sql.define(_measure.statement, _measure.sql)


def measure_choices() -> list[tuple[str, str | Promise]]:
    """The measures as code and word. A function, so that a new measure needs no migration."""
    return [(measure.code, measure.label) for measure in MEASURES.values()]
