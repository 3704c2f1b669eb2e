"""The band of a grid: 8,000–10,000 households (规范). Out of it is allowed, flagged, with date and reason."""

from dataclasses import dataclass

LOWEST, HIGHEST = 8_000, 10_000
MIDDLE = (LOWEST + HIGHEST) // 2


@dataclass(frozen=True, slots=True)
class Band:
    """Where a number of households stands against the band."""

    households: int

    @property
    def short(self) -> int:
        """How many are missing to the lower edge; 0 when none."""
        return max(LOWEST - self.households, 0)

    @property
    def over(self) -> int:
        """How many are above the upper edge; 0 when none."""
        return max(self.households - HIGHEST, 0)

    @property
    def is_out(self) -> bool:
        return bool(self.short or self.over)

    @property
    def distance(self) -> int:
        """Distance from the middle, for ordering."""
        return abs(self.households - MIDDLE)


def band_of(households: int) -> Band:
    """The band position of a grid with so many households."""
    return Band(households)
