"""What became of each mutant, kept in a file, so that a hunt goes on where the last one stopped."""

import json
from collections.abc import Iterable
from hashlib import sha1
from pathlib import Path

from tests.mutation.statements import Mutant

KILLED, STILLBORN, ALIVE = "killed", "stillborn", "alive"


class Ledger:
    """The fate of mutants by their whole text: a statement that changed has new ones, all still to be judged."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.entries: dict[str, dict[str, object]] = {}
        if file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                self.entries[entry["key"]] = entry

    def fate(self, mutant: Mutant) -> str:
        return str(self.entries.get(_key(mutant), {}).get("fate", ALIVE))

    def met(self, mutant: Mutant) -> int:
        """How many batches it lived through, or met until it was killed."""
        return int(str(self.entries.get(_key(mutant), {}).get("met", 0)))

    def note(self, mutant: Mutant, *, fate: str, met: int) -> None:
        entry: dict[str, object] = {"key": _key(mutant), "mutant": str(mutant), "fate": fate, "met": met}
        self.entries[_key(mutant)] = entry
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def of_fate(self, fate: str, mutants: Iterable[Mutant]) -> list[Mutant]:
        return [mutant for mutant in mutants if self.fate(mutant) == fate]


def _key(mutant: Mutant) -> str:
    return sha1(f"{mutant.name}\n{mutant.text}".encode(), usedforsecurity=False).hexdigest()
