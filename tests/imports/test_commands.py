"""The commands say what happened, in words, in JSON and by their exit code."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from core.spreadsheets import read
from grids.models import Branch
from tests.factories.grids import BranchFactory
from tests.imports.files import write_csv

pytestmark = pytest.mark.django_db

TEXT = "分公司编码,名称\n01,南开\n02,\n"


def said(capsys, *command: object, **options: object) -> dict:
    call_command(*command, "--json", **options)
    return json.loads(capsys.readouterr().out)


def test_import_reports_counts_and_reasons(tmp_path, capsys):
    report = said(capsys, "import_file", "branches", write_csv(tmp_path / "a.csv", TEXT))

    assert report == {
        "kind": "branches",
        "file": "a.csv",
        "read": 2,
        "new": 1,
        "changed": 0,
        "same": 0,
        "rejected": 1,
        "dry_run": False,
        "written": True,
        "error": None,
        "rejected_rows": [{"line": 3, "values": {"分公司编码": "02", "名称": ""}, "reasons": ["名称没有填"]}],
    }
    assert list(Branch.objects.values_list("code", flat=True)) == ["01"]


def test_dry_run_writes_nothing(tmp_path, capsys):
    report = said(capsys, "import_file", "branches", write_csv(tmp_path / "a.csv", TEXT), "--dry-run")

    assert (report["new"], report["written"]) == (1, False)
    assert not Branch.objects.exists()


def test_strict_fails_and_writes_nothing(tmp_path):
    with pytest.raises(CommandError):
        call_command("import_file", "branches", write_csv(tmp_path / "a.csv", TEXT), "--strict")

    assert not Branch.objects.exists()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_rejects_are_written_in_the_same_shape(tmp_path, ending):
    path = tmp_path / f"rejects.{ending}"

    call_command("import_file", "branches", write_csv(tmp_path / "a.csv", TEXT), "--reject-to", path)

    sheet = read(path)
    assert sheet.header == ["分公司编码", "名称", "错误说明"]
    assert [cells for _line, cells in sheet.rows] == [["02", "", "名称没有填"]]


@pytest.mark.parametrize("kind", ["nonsense", "branches"])
def test_what_cannot_be_done_fails(tmp_path, kind):
    with pytest.raises(CommandError):
        call_command("import_file", kind, tmp_path / "missing.csv")


def test_export_writes_what_import_takes(tmp_path, capsys):
    BranchFactory(code="01")
    BranchFactory(code="02")
    path = tmp_path / "out.xlsx"

    report = said(capsys, "export_file", "branches", path, branch="02")
    again = said(capsys, "import_file", "branches", path)

    assert report == {"kind": "branches", "file": str(path), "rows": 1}
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 1)


def test_export_of_a_branch_nobody_has_fails_and_writes_nothing(tmp_path):
    with pytest.raises(CommandError, match="没有编码为 zz 的分公司"):
        call_command("export_file", "grids", str(tmp_path / "g.csv"), "--branch", "zz")
    assert list(tmp_path.iterdir()) == []
