"""Files of places: branches, sub-bureaus, streets, halls, communities, grids and which grid holds which community."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from grids.choices import AreaType
from imports.domain.columns import Column, Reference, choice, day, degrees, text, yes_or_no
from imports.domain.loading import Loader, Values
from imports.domain.staging import Merge

CODE = text(20)
BRANCH = Reference("grids_branch")
SUB_BUREAU = Reference("grids_subbureau")
STREET = Reference("grids_street")
HALL = Reference("grids_hall")
COMMUNITY = Reference("grids_community")
GRID = Reference("grids_grid")

PERIOD = (Column("valid_from", "生效日期", day, required=True), Column("valid_to", "失效日期", day))


def period_reasons(values: Values) -> Iterator[str]:
    """A period that holds for no day; the last day named no longer counts."""
    if values["valid_to"] and values["valid_to"] <= values["valid_from"]:
        yield _("失效日期要晚于生效日期（失效当日不计）")


class BranchLoader(Loader):
    app, kind, label = "grids", "branches", pgettext_lazy("list", "分公司")
    columns = (
        Column("code", "分公司编码", CODE, required=True),
        Column("name", "名称", text(60), required=True),
    )
    key = ("code",)
    merge = Merge("grids_branch", match=["code"], compared=["name"])


class SubBureauLoader(Loader):
    app, kind, label = "grids", "sub_bureaus", pgettext_lazy("list", "分局")
    columns = (
        Column("code", "分局编码", CODE, required=True),
        Column("name", "名称", text(60), required=True),
        Column("branch_code", "分公司编码", CODE, required=True, refers=BRANCH),
    )
    key = ("code",)
    merge = Merge("grids_subbureau", match=["code"], compared=["name", "branch_id"])


class StreetLoader(Loader):
    app, kind, label = "grids", "streets", pgettext_lazy("list", "街道乡镇")
    columns = (
        Column("code", "街道编码", CODE, required=True),
        Column("name", "名称", text(60), required=True),
        Column("district", "区县", text(30), required=True),
        Column("area_type", "城乡", choice(AreaType), required=True),
    )
    key = ("code",)
    merge = Merge("grids_street", match=["code"], compared=["name", "district", "area_type"])


class HallLoader(Loader):
    app, kind, label = "grids", "halls", pgettext_lazy("list", "自有营业厅")
    columns = (
        Column("code", "营业厅编码", CODE, required=True),
        Column("name", "名称", text(60), required=True),
        Column("branch_code", "分公司编码", CODE, required=True, refers=BRANCH),
        Column("street_code", "街道编码", CODE, required=True, refers=STREET),
        Column("lon", "经度", degrees(180), feeds=["lon"]),
        Column("lat", "纬度", degrees(90), feeds=["lat"]),
        Column("has_family_zone", "家庭专区", yes_or_no, feeds=["has_family_zone"]),
    )
    key = ("code",)
    merge = Merge(
        "grids_hall",
        match=["code"],
        compared=["name", "branch_id", "street_id", "lon", "lat", "has_family_zone"],
    )


class CommunityLoader(Loader):
    app, kind, label = "grids", "communities", pgettext_lazy("list", "社区")
    columns = (
        Column("code", "社区编码", CODE, required=True),
        Column("name", "名称", text(80), required=True),
        Column("sub_bureau_code", "分局编码", CODE, required=True, refers=SUB_BUREAU),
        Column("street_code", "街道编码", CODE, required=True, refers=STREET),
        Column("lon", "经度", degrees(180), feeds=["lon"]),
        Column("lat", "纬度", degrees(90), feeds=["lat"]),
    )
    key = ("code",)
    merge = Merge("grids_community", match=["code"], compared=["name", "sub_bureau_id", "street_id", "lon", "lat"])


class GridLoader(Loader):
    """A grid's code is unique for all time, so another start under the same code corrects the grid."""

    app, kind, label = "grids", "grids", pgettext_lazy("list", "营销网格")
    columns = (
        Column("code", "网格编码", CODE, required=True),
        Column("name", "名称", text(60), required=True),
        Column("sub_bureau_code", "分局编码", CODE, required=True, refers=SUB_BUREAU),
        Column("hall_code", "营业厅编码", CODE, required=True, refers=HALL),
        *PERIOD,
    )
    key = ("code",)
    merge = Merge("grids_grid", match=["code"], compared=["name", "branch_id", "sub_bureau_id", "hall_id", "period"])

    def check(self, values: Values) -> Iterator[str]:
        return period_reasons(values)


class GridCommunityLoader(Loader):
    app, kind, label = "grids", "grid_communities", pgettext_lazy("list", "网格社区")
    columns = (
        Column("grid_code", "网格编码", CODE, required=True, refers=GRID),
        Column("community_code", "社区编码", CODE, required=True, refers=COMMUNITY),
        *PERIOD,
    )
    key = ("grid_code", "community_code", "valid_from")
    merge = Merge("grids_gridcommunity", match=["grid_id", "community_id"], compared=["period"], is_dated=True)
    has_checks = checks_again = needs_deferred = True
    reasons = {
        "overlap": gettext_lazy("这个社区在 %(second)s 起已属于网格 %(first)s"),
        "overlap_file": gettext_lazy("与第 %(first)s 行在 %(second)s 起重叠：一个社区同一天只能属于一个网格"),
    }

    def check(self, values: Values) -> Iterator[str]:
        return period_reasons(values)
