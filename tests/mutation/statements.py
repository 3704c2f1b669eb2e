"""SQL with one thing changed: what a typing mistake or a wrong idea would make of a statement."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(r"--[^\n]*|'(?:[^']|'')*'|%\(\w+\)s|\w+|<>|<=|>=|&&|@>|::|\s+|.", re.DOTALL)
COMPARED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<>", "<>": "=", "+": "-", "-": "+", "/": "*"}
WORDS = {
    "AND": "OR",
    "OR": "AND",
    "min": "max",
    "max": "min",
    "greatest": "least",
    "least": "greatest",
    "lower": "upper",
    "upper": "lower",
    "LEFT": "",
    "DESC": "ASC",
    "DISTINCT": "",
    "bool_or": "bool_and",
    "rank": "dense_rank",
    "round": "trunc",
    "sum": "max",
    "count": "max",
    "NOT": "",
    "EXISTS": "NOT EXISTS",
    "NULL": "0",
}
STOPS = {"AND", "OR", "GROUP", "ORDER", "WHERE", "JOIN", "LEFT", "CROSS", "HAVING", "UNION", "THEN", "WINDOW", "ON"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A statement of the scoring code with one change: in which line, what the line was, and what is changed."""

    name: str
    line: int
    was: str
    change: str
    text: str

    def __str__(self) -> str:
        return f"{self.name}:{self.line} {self.change}"


def mutants(name: str, text: str) -> Iterator[Mutant]:
    """Every single change of a statement that the rules above know."""
    tokens = TOKEN.findall(text)
    for at, token in enumerate(tokens):
        for length, new, change in _changes(tokens, at):
            line = "".join(tokens[:at]).count("\n") + 1
            was = text.split("\n")[line - 1].strip()
            yield Mutant(name, line, was, change, "".join([*tokens[:at], new, *tokens[at + length :]]))
        if token == ";" and not "".join(tokens[at + 1 :]).strip():
            return


def _changes(tokens: list[str], at: int) -> Iterator[tuple[int, str, str]]:
    """(tokens replaced, by what, in words)."""
    token = tokens[at]
    if token.startswith("--"):
        return
    if token in COMPARED:
        yield 1, COMPARED[token], f"{token} → {COMPARED[token]}"
    if token == "*" and _before(tokens, at).isalnum() and _before(tokens, at).upper() != "SELECT":
        yield 1, "/", "* → /"
    if token in WORDS:
        yield 1, WORDS[token], f"{token} → {WORDS[token] or 'nothing'}"
    if token.isdigit() and len(token) > 9:
        yield 1, token[:9], f"{len(token)} → 9 places"
    elif token.isdigit():
        yield 1, str(int(token) + 1), f"{token} → {int(token) + 1}"
    if token.startswith("'"):
        yield 1, "'mutated'", f"{token} → 'mutated'"
    yield from _dropped(tokens, at)


def _before(tokens: list[str], at: int) -> str:
    return next((token for token in reversed(tokens[:at]) if token.strip()), "")


def _dropped(tokens: list[str], at: int) -> Iterator[tuple[int, str, str]]:
    if tokens[at] == "AND":
        end = _end_of_term(tokens, at + 1)
        yield end - at, "", f"without {_words(tokens[at:end])}"
    if tokens[at] == "WHERE":
        yield 1, "WHERE true OR", "without the conditions"
    if tokens[at] == "FILTER":
        end = _closing(tokens, tokens.index("(", at)) + 1
        yield end - at, "", f"without {_words(tokens[at:end])}"


def _words(tokens: list[str]) -> str:
    return " ".join("".join(tokens).split())[:60]


def _closing(tokens: list[str], opening: int) -> int:
    depth = 0
    for at in range(opening, len(tokens)):
        depth += (tokens[at] == "(") - (tokens[at] == ")")
        if depth == 0:
            return at
    return len(tokens) - 1


def _end_of_term(tokens: list[str], at: int) -> int:
    depth = 0
    while at < len(tokens):
        if depth == 0 and (tokens[at] in STOPS or tokens[at] in (")", ";", ",")):
            break
        depth += (tokens[at] == "(") - (tokens[at] == ")")
        at += 1
    return at
