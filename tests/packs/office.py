"""LibreOffice without a window: works every formula of a workbook out anew and hands the cells back."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from python_calamine import load_workbook

SOFFICE = next(filter(None, map(shutil.which, ["soffice", "libreoffice", "localc"])), None)
NO_OFFICE = "no LibreOffice on this machine"

# Without it LibreOffice believes the values that the writer of a file has put beside its formulas.
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""

Sheets = dict[str, list[list[Any]]]


def recalculated(workbooks: list[Path], folder: Path) -> list[Sheets]:
    """Of each workbook sheet name → rows, after LibreOffice has worked out all formulas in a profile of its own."""
    with tempfile.TemporaryDirectory(prefix="gm-office-") as home:
        profile = Path(home) / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE)
        command = [str(SOFFICE), f"-env:UserInstallation={profile.as_uri()}", "--headless"]
        convert = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder)]
        subprocess.run(
            [*command, *convert, *map(str, workbooks)],
            check=True,
            capture_output=True,
            timeout=600,
            env={"HOME": home, "PATH": "/usr/bin:/bin"},
        )
    return [_sheets(folder / workbook.name) for workbook in workbooks]


def _sheets(path: Path) -> Sheets:
    book = load_workbook(str(path))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
