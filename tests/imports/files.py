"""Files for tests, and the way they go in."""

from pathlib import Path

from imports.domain.loading import Outcome, Rejections, Request, load, loader_for


def write_csv(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def take(kind: str, path: Path, **request) -> tuple[Outcome, list[tuple[int, list[str]]]]:
    """Load a file; returns the outcome and the rejected lines with their reasons."""
    rejected: list[tuple[int, list[str]]] = []

    def finish(outcome: Outcome, rejections: Rejections) -> None:
        rejected.extend((line, reasons) for line, _values, reasons in rejections)

    return load(loader_for(kind), path, Request(**request), finish=finish), rejected


def take_text(tmp_path: Path, kind: str, text: str, **request) -> tuple[Outcome, list[tuple[int, list[str]]]]:
    return take(kind, write_csv(tmp_path / f"{kind}.csv", text), **request)
