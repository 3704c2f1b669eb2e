"""What the address of a league says beyond the places: which truth, which columns, what of a trend."""

from dataclasses import dataclass, fields
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict

from core.periods import Month
from kpi.forms import Asked, asked

PUBLISHED, CORRECTED, DIFFERENCE = "published", "corrected", "difference"
BASES = (PUBLISHED, CORRECTED, DIFFERENCE)


@dataclass(frozen=True, slots=True)
class LeagueAsk(Asked):
    """`basis` is published, corrected or difference; `cols` the columns asked for, none for the usual ones; `what`
    the total, a class or an item; `of` whose trend."""

    basis: str = PUBLISHED
    cols: tuple[str, ...] = ()
    what: str = ""
    of: str = ""

    @property
    def address(self) -> str:
        """The same query as text, in a fixed order."""
        return self.address_with()

    def address_with(self, **changed: object) -> str:
        """The query with some parts changed; an empty part is left out."""
        parts: dict[str, object] = {
            "month": self.month,
            **{name: place.code for name in ("branch", "sub_bureau", "street") if (place := getattr(self, name))},
            "sort": "" if self.sort == "total" else self.sort,
            "as": "" if self.basis == PUBLISHED else self.basis,
            "cols": ",".join(self.cols),
            "item": self.what,
            "of": self.of,
            **changed,
        }
        return urlencode({name: str(value) for name, value in parts.items() if value not in ("", None)}, safe=",")

    @property
    def is_corrected(self) -> bool:
        return self.basis == CORRECTED


def league_ask(request: HttpRequest, default: Month) -> LeagueAsk:
    """Read the address; what is unknown asks for nothing."""
    query = request.GET
    base = asked(query, request.scope, default)  # type: ignore[attr-defined]
    return LeagueAsk(
        **{field.name: getattr(base, field.name) for field in fields(base)},
        basis=basis_of(query),
        cols=cols_of(query),
        what=query.get("item", "")[:10],
        of=query.get("of", "")[:10],
    )


def basis_of(query: QueryDict) -> str:
    """Which truth is asked for."""
    basis = query.get("as", PUBLISHED)
    return basis if basis in BASES else PUBLISHED


def cols_of(query: QueryDict) -> tuple[str, ...]:
    """The columns asked for."""
    return tuple(part for text in query.getlist("cols") for part in text.split(",") if part)[:40]
