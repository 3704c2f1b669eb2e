"""The copy of the project that mutmut changes: the same code, arranged so that all of it can be changed cheaply."""

import ast
import shutil
import subprocess
from pathlib import Path

# Each mutant's tests find the tables as they were made once, with the rows that the migrations bring; a test that
# commits empties them. No connection is left open: the next mutant's process would go on with it, and PostgreSQL refuse
# to plan again what is planned there.
READY_TABLES = """

@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    from acceptance.models import Channel
    from django.db import connection, connections

    kept = Path(os.environ["KEPT_ROWS"]).read_text(encoding="utf-8")
    connection._test_serialized_contents = kept
    with django_db_blocker.unblock():
        if not Channel.objects.exists():
            connection.creation.deserialize_db_from_string(kept)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
"""


def copy_project(root: Path, place: Path, changed: list[str]) -> None:
    """The files that git knows, as they stand; one that is there already keeps its time, and mutmut what it found."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True)
    names = {name for name in listed.stdout.split("\0") if name and (root / name).is_file()}
    for name in names:
        _copy(root / name, place, name, any(Path(name).match(pattern) for pattern in changed))
    for tree in (place, place / "mutants"):
        _leave(names, tree)
    if (place / "mutants" / "tests").exists():
        shutil.rmtree(place / "mutants" / "tests")  # mutmut copies tests only once


def _copy(file: Path, place: Path, name: str, is_changed: bool) -> None:
    content = file.read_bytes()
    if name == "tests/conftest.py":
        content += READY_TABLES.encode()
    if is_changed:
        content = undecorated(content.decode()).encode()
    if not (place / name).is_file() or (place / name).read_bytes() != content:
        if is_changed:  # which tests reach a function, mutmut asks of new tests only
            (place / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    twin = place / "mutants" / name
    if not is_changed and twin.is_file() and twin.read_bytes() != content:
        twin.unlink()  # mutmut copies what isn't there, and only then


def _leave(names: set[str], tree: Path) -> None:
    """Take away what was deleted in the project since the last time."""
    for file in [file for kind in ("*.py", "*.sql") for file in tree.rglob(kind)]:
        name = file.relative_to(tree)
        if name.parts[0] != "mutants" and str(name) not in names:
            file.unlink()


def undecorated(source: str) -> str:
    """`@d def f(): …` as `def f(): …` and `f = d(f)`: mutmut leaves alone what is decorated."""
    lines = source.splitlines()
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    for node in sorted(functions, key=lambda node: node.lineno, reverse=True):
        if len(node.decorator_list) != 1 or ast.unparse(node.decorator_list[0]) in ("staticmethod", "classmethod"):
            continue
        decorator = node.decorator_list[0]
        assert node.end_lineno and decorator.end_lineno
        again = f"{' ' * node.col_offset}{node.name} = {ast.unparse(decorator)}({node.name})"
        lines[node.end_lineno : node.end_lineno] = [again]
        del lines[decorator.lineno - 1 : decorator.end_lineno]
    return "\n".join(lines) + "\n"
