"""mutmut, leaving alone what is only read by people: Chinese text, and what is handed to gettext or to the log.

python tests/mutation/without_words.py run …
"""

import sys
from collections.abc import Callable, Iterable

import libcst as cst
from libcst import matchers as m
from mutmut.__main__ import cli
from mutmut.mutation import mutators

TOLD = m.Call(func=m.Name("_") | m.Attribute(value=m.Name("log")))


def leaving_words(
    mutate: Callable[[cst.CSTNode], Iterable[cst.CSTNode]],
) -> Callable[[cst.CSTNode], Iterable[cst.CSTNode]]:
    def mutated(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
        words = isinstance(node, cst.SimpleString) and not node.value.isascii()
        return [] if words or m.matches(node, TOLD) else mutate(node)

    return mutated


if __name__ == "__main__":
    sys.path.pop(0)  # (this folder)
    mutators.mutation_operators[:] = [(kind, leaving_words(mutate)) for kind, mutate in mutators.mutation_operators]
    cli()
