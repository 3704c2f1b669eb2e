"""The copy of the project that mutmut changes: the same code, arranged so that all of it can be changed cheaply."""

import ast
import shutil
import subprocess
from pathlib import Path

# Each mutant's tests find the tables as they were made once, with the rows that the migrations bring; a test that
# commits empties them.
READY_TABLES = """

@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker) -> None:
    from acceptance.models import Channel
    from django.db import connection

    kept = Path(os.environ["KEPT_ROWS"]).read_text(encoding="utf-8")
    connection._test_serialized_contents = kept
    with django_db_blocker.unblock():
        if not Channel.objects.exists():
            connection.creation.deserialize_db_from_string(kept)
"""


def copy_project(root: Path, place: Path, changed: list[str]) -> None:
    """The files that git knows, as they stand; one that is there already keeps its time, and mutmut what it found."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True)
    names = {name for name in listed.stdout.split("\0") if name and (root / name).is_file()}
    for name in names:
        content = (root / name).read_bytes()
        if name == "tests/conftest.py":
            content += READY_TABLES.encode()
        if name.endswith(".py") and any(Path(name).match(pattern) for pattern in changed):
            content = undecorated(content.decode()).encode()
        if not (place / name).is_file() or (place / name).read_bytes() != content:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(content)
    for file in place.rglob("*.py"):  # (what was deleted since the last time)
        if file.relative_to(place).parts[0] != "mutants" and str(file.relative_to(place)) not in names:
            file.unlink()
    if (place / "mutants" / "tests").exists():
        shutil.rmtree(place / "mutants" / "tests")  # mutmut copies tests only once


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
