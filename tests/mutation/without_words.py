"""mutmut as we want it, which it can't be told.

python tests/mutation/without_words.py run …

It leaves alone what is only read by people: Chinese text, and what is handed to gettext or to the log. A mutant meets
the tests of its own file (`[tool.mutation]` in pyproject.toml). With MUTANTS_EVERY=4 every fourth mutant of each
function is tried, with MUTANTS_FROM=1 another fourth. What was killed stays judged. And a process without a mutant has
to pass before the first one and after the last, or the tests fail for another reason than the mutants.
"""

import os
import sys
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from zlib import crc32

import libcst as cst
from libcst import matchers as m
from mutmut import __main__ as mutmut
from mutmut.mutation import mutators
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.workers import isolation

TOLD = m.Call(func=m.Name("_") | m.Attribute(value=m.Name("log")))
EVERY = int(os.environ.get("MUTANTS_EVERY", "1"))
FROM = int(os.environ.get("MUTANTS_FROM", "0"))
OF_EACH_FILE = 3  # tests that have to pass without a mutant


def leaving_words(
    mutate: Callable[[cst.CSTNode], Iterable[cst.CSTNode]],
) -> Callable[[cst.CSTNode], Iterable[cst.CSTNode]]:
    def mutated(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
        words = isinstance(node, cst.SimpleString) and not node.value.isascii()
        return [] if words or m.matches(node, TOLD) else mutate(node)

    return mutated


def unjudged(collect: Callable[..., Any]) -> Callable[..., Any]:
    """Those of the sample that nobody tried; those that live are tried again when they are asked for by name."""

    def collected(*, mutant_names: list[str]) -> Any:
        mutants, by_path = collect(mutant_names=mutant_names)
        open_ = {None, 0} if mutant_names else {None}
        return [found for found in mutants if found[2] in open_ and _is_in_sample(found[1])], by_path

    return collected


def _is_in_sample(mutant: str) -> bool:
    function, number = mutant.rsplit("_", 1)
    return (int(number) + crc32(function.encode())) % EVERY == FROM  # (not always the first one, nor a chance)


class Runner(isolation.ForkRunner):
    """Each mutant with the tests of its own file; held to pass without one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own: dict[str, list[str]] = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["mutation"]

    def startup(self) -> None:
        self._must_pass(times=2)  # the first may leave something to the second
        super().startup()

    def shutdown(self) -> None:
        super().shutdown()
        self._must_pass(times=1)

    def submit(self, mutant_name: str, tests: list[str], *limits: Any) -> None:
        files = self.own.get(mutant_name.split(".x")[0].removeprefix("kpi.domain."))
        own = [test for test in tests if files is None or test.split("::")[0][len("tests/kpi/test_") : -3] in files]
        super().submit(mutant_name, own, *limits)

    def _must_pass(self, times: int) -> None:
        seconds = state().duration_by_test
        by_file: dict[str, list[str]] = {}
        for test in sorted(seconds, key=lambda test: seconds[test]):
            by_file.setdefault(test.split("::")[0], []).append(test)
        tests = [test for found in by_file.values() for test in found[:OF_EACH_FILE]]
        for _time in range(times):
            set_mutant_under_test("")
            if isolation.run_in_fork(self.test_runner.run_tests, mutant_name=None, tests=tests):
                sys.exit("The tests fail without a mutant: what was killed says nothing.")


if __name__ == "__main__":
    sys.path.pop(0)  # (this folder)
    mutators.mutation_operators[:] = [(kind, leaving_words(mutate)) for kind, mutate in mutators.mutation_operators]
    mutmut.collect_source_file_mutation_data = unjudged(mutmut.collect_source_file_mutation_data)
    isolation.ForkRunner = Runner  # type: ignore[misc]
    mutmut.cli()
