"""How much longer does a checked import of households take than a raw COPY of the same rows?

Both write into the same table with its indexes and foreign keys, in a schema of their own that is dropped afterwards.
Run `.venv/bin/python -m bench.import_households [--rows 200000] [--rounds 5]`; a ratio counts, a time does not.
"""

import argparse
import csv
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django

COMMUNITIES = 1_109
SCHEMA = "bench_import"
TABLES = ("grids_branch", "grids_subbureau", "grids_street", "grids_community", "customers_household")
KEYS = (
    ("grids_subbureau", "branch_id", "grids_branch"),
    ("grids_community", "sub_bureau_id", "grids_subbureau"),
    ("customers_household", "branch_id", "grids_branch"),
    ("customers_household", "community_id", "grids_community"),
)
NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
PLACES = ("王顶堤", "卫津里", "体院北", "鞍山西道", "华苑", "天塔", "水上公园", "学府街")
RAW = "code, branch_id, community_id, building, address, contact_name, contact_phone, search_key"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from gridmarketing import embedded, prepare  # noqa: PLC0415 - settings read the servers' addresses

    if not os.environ.get("DATABASE_URL"):
        embedded.ensure()
        prepare.migrate_new_cluster()
    django.setup()
    measure(options.rows, options.rounds)


def measure(rows: int, rounds: int) -> None:
    """Print medians, their ratio and that of each round; raw and checked take turns."""
    from django.db import connection  # noqa: PLC0415

    from imports.domain.loading import Request, load, loader_for  # noqa: PLC0415

    raw_times, checked_times = [], []
    with tempfile.TemporaryDirectory() as folder, connection.cursor() as cursor:
        try:
            make_tables(cursor)
            file, raw = make_files(Path(folder), rows)

            def copy() -> None:
                with raw.open() as lines:
                    cursor.cursor.copy_expert(f"COPY customers_household ({RAW}) FROM STDIN", lines)

            def checked() -> None:
                counts = load(loader_for("households"), file, Request()).counts
                assert counts == (rows, 0, 0), counts

            for number in range(1, rounds + 1):
                raw_times.append(timed(cursor, copy))
                checked_times.append(timed(cursor, checked))
                ratio = checked_times[-1] / raw_times[-1]
                print(
                    f"round {number}: raw {raw_times[-1]:.2f} s, checked {checked_times[-1]:.2f} s, ratio {ratio:.2f}"
                )
        finally:
            cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    raw_median, checked_median = statistics.median(raw_times), statistics.median(checked_times)
    print(f"{rows} households: checked import ÷ raw COPY = {checked_median / raw_median:.2f}")


def make_tables(cursor: object) -> None:
    """Copies of the tables with all their indexes, filled with the places that households live in."""
    run = cursor.execute  # type: ignore[attr-defined]
    run(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    run(f"CREATE SCHEMA {SCHEMA}")
    for table in TABLES:
        run(f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} INCLUDING ALL)")
    run(f"SET search_path TO {SCHEMA}, public")
    for table, column, target in KEYS:
        run(f"ALTER TABLE {table} ADD FOREIGN KEY ({column}) REFERENCES {target} DEFERRABLE INITIALLY DEFERRED")
    run("INSERT INTO grids_branch (id, code, name) VALUES (1, 'B', '分公司')")
    run("INSERT INTO grids_subbureau (id, code, name, branch_id) VALUES (1, 'S', '分局', 1)")
    run("INSERT INTO grids_street (id, code, name, district, area_type) VALUES (1, 'T', '街道', '南开区', 'urban')")
    run(
        "INSERT INTO grids_community (id, code, name, sub_bureau_id, street_id)"
        " SELECT n, 'C' || n, '社区' || n, 1, 1 FROM generate_series(1, %s) n",
        [COMMUNITIES],
    )
    run("ANALYZE")


def make_files(folder: Path, rows: int) -> tuple[Path, Path]:
    """The file as it comes in, and the same rows as COPY wants them."""
    from core.pinyin import initials  # noqa: PLC0415
    from core.sql import copy_line  # noqa: PLC0415

    chance = random.Random(2026)
    file, raw = folder / "households.csv", folder / "households.copy"
    with file.open("w", newline="") as checked, raw.open("w") as bare:
        out = csv.writer(checked)
        out.writerow(["客户编码", "社区编码", "楼栋", "地址", "联系人", "联系电话"])
        for number in range(rows):
            community = chance.randint(1, COMMUNITIES)
            building = f"{chance.randint(1, 40)}号楼"
            address = f"{chance.choice(PLACES)}{community}里{building}{chance.randint(101, 3304)}室"
            name = "".join(chance.choices(NAMES, k=3))
            phone = f"13{chance.randint(0, 999_999_999):09d}"
            out.writerow([f"H{number:08d}", f"C{community}", building, address, name, phone])
            key = f"{initials(address)} {initials(name)}"
            bare.write(copy_line([f"H{number:08d}", 1, community, building, address, name, phone, key]))
    return file, raw


def timed(cursor: object, work: Callable[[], None]) -> float:
    cursor.execute("TRUNCATE customers_household")  # type: ignore[attr-defined]
    start = time.monotonic()
    work()
    return time.monotonic() - start


if __name__ == "__main__":
    main()
