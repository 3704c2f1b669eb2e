"""One month from the quarter's scheme to the next month's target, through the forms and links of the pages alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pgtrigger
import pytest
from django.db import connection
from django.utils import timezone

from tests.walk.company import Company, build
from tests.walk.desk import Clock, Desk
from tests.walk.steps import at_counter, import_file, recompute, slip, totals, transit

SLIPS = "/api/v1/acceptance/slips/"


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> Iterator[Company]:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    settings.MEDIA_ROOT = tmp_path
    yield build(clock)
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM kpi_branchmonth")  # a closed month keeps its tables from being emptied


# 1. Before the month ------------------------------------------------------------------------------------------


def company_issues_the_scheme_of_the_quarter(company: Company) -> None:
    """A 30, B 20, C 20; 2G points 0.5 a unit; 98% of the fixed lines to be kept: the hand-worked scores rest on it."""
    company.clock.set("09-28 10:00")
    desk = company.desk("company")
    page = desk.follow(desk.home, "全部方案", "新草案")
    page = desk.press(page, "建草案", quarter="2026Q4")
    page = desk.press(page, "保存草案", **{"i0-weight": "30", "i3-points_per_unit": "0.5", "i4-target_rate": "98"})
    assert "没有保存" in page.words and "“重点业务”的权重合计是 75%，应为 70%" in page.words
    page = desk.press(page, "保存草案", **{"i1-weight": "20"})
    assert "已保存 2026Q4 v1 草案" in page.words
    page = desk.press(desk.follow(page, "2026Q4 v1"), "下发到各分公司")
    assert "1 / 1 家未签收" in page.words
    assert desk.fetch(page, "下载 .xlsx")[:2] == b"PK"

    desk = company.desk("branch")
    page = desk.press(desk.follow(desk.home, "看方案"), "签收")
    assert "已签收" in page.words
    assert "等您签收" not in desk.open("/").words


def branch_spreads_the_targets_and_freezes_them(company: Company) -> None:
    """By households, 5 to 3: 12 is 7.5 and 4.5, 8 is 5 and 3, 4 is 2.5 and 1.5; G01 rounds up first."""
    company.clock.set("10-01 09:00")
    desk = company.desk("branch")
    page = desk.follow(desk.home, "设目标", "分解总数")
    page = desk.press(page, "预览", by="households", **{"total-A": "12", "total-B": "8", "total-C": "4"})
    page = desk.press(page, "写入目标表")
    sheet = page.form("保存")[0].values("t-")
    assert list(sheet.values()) == ["8", "5", "3", "4", "3", "1"]

    page = desk.press(page, "保存", **{list(sheet)[3]: "5"})
    assert "已保存 1 格" in page.words and page.row("各网格合计")[1:] == ["13", "8", "4"]
    page = desk.press(page, "冻结")
    assert "陈静 于 10月1日" in page.words and "冻结。此后每次改动要写理由。" in page.words


# 2. The month's work ------------------------------------------------------------------------------------------


def field_managers_write_slips(company: Company) -> None:
    """Seven: two of them wait for a line, one is sent twice, one is warned of as a second one."""
    company.clock.set("10-09 09:00")
    wang, li, zhao = (company.desk(name) for name in ("wang", "li", "zhao"))

    def send(what: str, desk: Desk, document: dict[str, Any]) -> None:
        status, answer = desk.post_json(SLIPS, document)
        assert status == 201, answer
        company.slips[what] = answer["number"]

    first = slip(wang, "G01-1", ["FTTH", "3G"])
    send("two orders", wang, first)
    assert wang.post_json(SLIPS, first) == (200, {"number": company.slips["two orders"]})
    send("split", wang, slip(wang, "G01-2", ["3G_BUNDLE"]))
    second = slip(li, "G01-1", ["3G"])
    status, answer = li.post_json(SLIPS, second)
    assert (status, answer["number"]) == (409, company.slips["two orders"])
    send("duplicate", li, {**second, "acknowledged": True})
    send("returned", zhao, slip(zhao, "G02-1", ["FTTH"], queued=True))
    send("2G", zhao, slip(zhao, "G02-2", ["2G_BUNDLE"]))
    send("waits", zhao, slip(zhao, "G02-3", ["SPEEDUP"], queued=True))
    send("abandoned", wang, slip(wang, "G01-3", ["FTTH"]))
    assert "本月送厅的 3 单 3 已提交" in wang.open("/").words


def hall_works_them_off(company: Company) -> None:
    company.clock.set("10-12 09:00")
    clerk, colleague = company.desk("clerk"), company.desk("colleague")
    page = clerk.press(at_counter(company, clerk, "two orders"), "签收并接单")
    assert "正在受理这一单" in at_counter(company, colleague, "two orders").words
    page = clerk.press(page, "受理", order_no=["D26101201", "D26101202"])
    assert "已受理 2 笔，王芳 的手机会看到。" in page.words
    page = clerk.press(at_counter(company, clerk, "split"), "签收并接单")
    clerk.press(page, "受理", order_no="D26101203", co_developer="M0002", share="60")
    page = at_counter(company, clerk, "duplicate")
    clerk.press(page, "了结", outcome="duplicate", duplicate_of=company.slips["two orders"])
    page = clerk.press(at_counter(company, clerk, "returned"), "签收并接单")
    clerk.press(page, "退回", reason="请补房产证号")
    page = colleague.press(at_counter(company, colleague, "2G"), "签收并接单")
    colleague.press(page, "受理", order_no="D26101205")
    page = clerk.follow(clerk.open("/"), "厅内直接受理")
    sold = {"household_code": "G01-4", "developer": "M0001", "product": "FTTH", "order_no": "D26101206"}
    page = clerk.press(page, "登记受理", **sold)
    assert "已登记 1 笔受理。" in page.words


def slips_in_transit_come_out_even(company: Company) -> None:
    """7 sent = 3 accepted + 1 duplicate + 3 open, one of them returned; then 7 = 4 + 1 + 1 given up + 1 open."""
    company.clock.set("10-12 12:00")
    sent = {"＋ 在线提交": 5, "＋ 离线补送": 2}
    assert transit(company) == {**sent, "− 已受理": 3, "− 重复": 1, "＝ 在途": 3}

    zhao, wang, clerk = (company.desk(name) for name in ("zhao", "wang", "clerk"))
    page = zhao.press(zhao.follow(zhao.home, "请补房产证号"), "再次提交", notes="房产证号 津0101")
    assert "已再次提交" in page.words
    page = wang.open(wang.follow(wang.home, "本月送厅").link_to(company.slips["abandoned"]))
    wang.press(page, "了结", outcome="abandon", reason="客户改主意")
    page = clerk.press(at_counter(company, clerk, "returned"), "签收并接单")
    assert "房产证号 津0101" in page.words
    clerk.press(page, "受理", order_no="D26101204")
    assert transit(company) == {**sent, "− 已受理": 4, "− 客户放弃": 1, "− 重复": 1, "＝ 在途": 1}


# 3. The billing system ----------------------------------------------------------------------------------------


def billing_file_is_imported_and_reconciled(company: Company) -> None:
    """It knows one order with another developer, lacks the counter sale, and brings orders of its own channels."""
    company.clock.set("11-01 09:00")
    number = company.slips
    page = import_file(
        company,
        "10月受理.csv",
        [
            f"D26101201,G01-1,FTTH,2026-10-12,2026-10-15,,M0001,OP01,direct,{number['two orders']}",
            f"D26101202,G01-1,3G,2026-10-12,2026-10-12,,M0002,OP01,direct,{number['two orders']}",
            f"D26101203,G01-2,3G_BUNDLE,2026-10-12,,,M0001,OP01,direct,{number['split']}",
            f"D26101204,G02-1,FTTH,2026-10-12,,,M0003,OP01,direct,{number['returned']}",
            f"D26101205,G02-2,2G_BUNDLE,2026-10-12,,,M0003,OP02,direct,{number['2G']}",
            *[f"B2610{home}1,G01-{home},FTTH,2026-10-20,,,M0002,,e_channel," for home in (2, 3, 4, 5)],
            *[f"B2610{home}2,G01-{home},3G,2026-10-21,,,M0001,,e_channel," for home in (3, 4, 5)],
            *[f"B2610{home}3,G01-{home},3G_BUNDLE,2026-10-31,,,M0001,,e_channel," for home in (1, 3, 4)],
            "B26090,G01-5,FTTH,2026-09-15,,2026-10-05,M0001,,e_channel,",
            "B26106,G02-3,FTTH,2026-10-31,,,M0003,,e_channel,",
            "B26107,G02-3,3G_BUNDLE,2026-10-01,,,M0003,,e_channel,",
            "B26091,G02-1,3G,2026-09-10,,2026-10-08,M0003,,e_channel,",
            "B26108,G01-2,FTTH,2026-11-01,,,M0001,,e_channel,",
            "B26999,G99-1,FTTH,2026-10-08,,,M0003,,e_channel,",
        ],
    )
    assert "17 行写入 共读 21 行，3 行与库中相同 1 行拒收" in page.words and "客户编码 G99-1 不存在" in page.words

    desk = company.desk("branch")
    page = desk.follow(desk.home, "预受理", "对账")
    assert "2 笔待处理" in page.words and "近两个月 4 笔一致" in page.words
    assert page.row("D26101206")[1] == "缺失 计费系统没有"
    page = desk.press(desk.follow(page, "D26101202"), "处理完毕", how="here", word="材料是李强送的，业务是王芳谈的")
    company.clock.set("11-02 09:00")
    import_file(company, "补送.csv", ["D26101206,G01-4,FTTH,2026-10-12,,,M0001,OP01,own_hall,"])
    assert "0 笔待处理" in desk.open(page.url).words


# 4. The scores ------------------------------------------------------------------------------------------------
#
# By hand, from the formula A×30% + B×20% + C×20% + D + E×10% + F×10% + G×10% of the scheme above:
#
#          迎风里 G01                                  水晶城 G02
#   A      (6 − 1) ÷ 8 = 62.5                          2 ÷ 5 = 40
#   B      4 ÷ 5 = 80                                  (0 − 1) ÷ 3 = −33.3, scored at its floor 0
#   C      4 ÷ 3 = 133.3, scored at its cap 100        1 ÷ 1 = 100
#   D      0                                           1 × 0.5 = 0.5
#   E      (8 − 1) ÷ 8 ÷ 98% = 89.2857                 nobody in the base: not assessed, F weighs 20%
#   F      4 ÷ 4 = 100                                 (3 − 1) ÷ 3 = 66.6667
#   G      (31 × 85 + 15 × 70) ÷ 46 = 80.1087          (31 × 95 + 16 × 70) ÷ 47 = 86.4894
#   total  18.75 + 16 + 20 + 0 + 8.92857 + 10          12 + 0 + 20 + 0.5 + 13.33334 + 8.64894 = 54.48228
#          + 8.01087 = 81.68944
#
# 王芳 85 (of 90 and 80) and 赵敏 95 have the items of their grid: 82.17857 and 55.33334. 李强 70 was 15 days in the
# one and 16 in the other: A 50.8871, B 38.7097, C 100, D 0.2581, E 89.2857 (assessed in G01 alone), F 82.7957:
# 15.26613 + 7.74194 + 20 + 0.2581 + 8.92857 + 8.27957 + 7 = 67.47431.

GRIDS = {"迎风里": "81.69", "水晶城": "54.48"}
PEOPLE = {"王芳": "82.18", "李强": "67.47", "赵敏": "55.33"}


def teams_are_rated_but_for_one(company: Company) -> None:
    desk = company.desk("branch")
    page = desk.follow(desk.home, "去评价", "迎风里")
    assert "发展受理 9.6" in page.words  # of one order 60%
    wang = list(page.form("提交本组评价")[0].values("s-"))
    page = desk.press(page, "提交本组评价", **{wang[0]: "101", wang[1]: "80"})
    assert "王芳 宣传：得分要在 0 到 100 之间。" in page.words
    page = desk.press(page, "提交本组评价", **{wang[0]: "90", wang[5]: "70"})
    assert "已提交 3 项评价" in page.words and "已提交平均 85" in page.words


def month_is_tried_and_the_checklist_refuses(company: Company) -> None:
    """Without 赵敏's rating 水晶城 has 70 for G: 45.83334 + 7."""
    desk = company.desk("branch")
    page = recompute(company, desk, desk.follow(desk.home, "考核"))
    assert totals(page, GRIDS) == {"迎风里": "81.69", "水晶城": "52.83"}
    page = desk.follow(page, "公示")
    assert "1 件事要先办" in page.words and "赵敏（M0003）还没有主观评价。" in page.words
    with pytest.raises(KeyError):
        page.form("公示 2026年10月")

    page = desk.follow(page, "去办", "水晶城")
    zhao = list(page.form("提交本组评价")[0].values("s-"))[5]
    desk.press(page, "提交本组评价", **{zhao: "95"})
    page = desk.follow(desk.open("/"), "考核", "公示")
    assert "1 件事要先办" in page.words and "上次重算之后数据有变化" in page.words
    recompute(company, desk, desk.follow(page, "去办"))


def league_and_people_show_the_hand_worked_scores(company: Company) -> None:
    desk = company.desk("branch")
    page = desk.follow(desk.home, "考核")
    assert totals(page, GRIDS) == GRIDS
    assert page.row("迎风里")[4:11] == ["62.5", "80", "133.3", "0.0", "89.3", "100", "80.1"]
    assert page.row("水晶城")[4:11] == ["40", "−33.3", "100", "+0.5", "不考核", "66.7", "86.5"]
    for name, total in GRIDS.items():
        assert f"{total} 是怎么算出来的" in desk.follow(page, name).words
    records = desk.follow(page, "迎风里", "A FTTH宽带")
    assert [records.row(order)[-1] for order in ("D26101201", "D26101206", "B261021", "B26090")] == ["+1"] * 3 + ["−1"]
    assert [records.row(order)[0] for order in ("B261021", "D26101206")] == ["电子渠道", "厅内直办"]
    assert "受理日期不在本月 1 11月1日 FTTH宽带 迎风里2号楼101 看记录 B26108" in records.words

    people = desk.follow(page, "个人")
    assert totals(people, PEOPLE) == PEOPLE
    assert [people.row(name)[6] for name in PEOPLE] == ["8.6", "4.4", "3"]  # 王芳 won 9.6 and lost one
    for name, total in PEOPLE.items():
        assert f"{name}的 {total} 是怎么算出来的" in desk.follow(people, name).words


# 5. To the closed month ---------------------------------------------------------------------------------------


def month_is_published_and_contested(company: Company) -> None:
    desk = company.desk("branch")
    page = desk.press(desk.follow(desk.home, "考核", "公示"), "公示 2026年10月", appeals_until="2026-11-07")
    assert "已公示，申诉到 11月7日。" in page.words
    company.clock.set("11-03 08:30")
    wang = company.desk("wang")
    page = wang.follow(wang.home, "我的分")
    assert "王芳的 82.18" in wang.follow(page, "看公示的得分").words
    page = wang.press(wang.follow(page, "申诉"), "提出", code="A", text="11月1日的一户也是我10月谈下来的")
    assert "您的申诉在等答复" in page.words


def closing_is_refused_with_what_stands_in_the_way(company: Company) -> None:
    company.clock.set("11-04 09:00")
    desk = company.desk("branch")
    page = desk.follow(desk.home, "2026年10月的进程", "看还差什么")
    told = ["王芳的申诉还没有答复", "申诉期到 11月7日，之后才能审定", "到月末还有 1 张在途单"]
    assert "2 件事要先办" in page.words and all(words in page.words for words in told)
    with pytest.raises(KeyError):
        page.form("审定 2026年10月")
    contested, appeals, slips = (desk.open(address) for address in page.links("去办"))
    assert "11月1日的一户也是我10月谈下来的" in contested.words
    assert "1 份等答复" in appeals.words
    assert company.slips["waits"] in slips.words
    page = desk.press(contested, "答复", outcome="rejected", answer="11月1日受理，计入11月")
    assert "王芳的申诉结果如何？ 不成立" in page.words


def month_is_closed(company: Company) -> None:
    company.clock.set("11-08 09:00")
    desk = company.desk("branch")
    page = desk.follow(desk.home, "2026年10月的进程", "去审定")
    refused = desk.press(page, "审定 2026年10月")
    assert "请先看过在途单" in refused.words
    page = desk.press(refused, "审定 2026年10月", in_transit_seen="1")
    assert "已审定，从此不再变动。" in page.words and totals(page, GRIDS) == GRIDS
    assert "9 / 9 步已办" in desk.follow(desk.open("/"), "2026年10月的进程").words
    with pytest.raises(KeyError):
        page.form("重算")


# 6. After it --------------------------------------------------------------------------------------------------


def late_truth_is_corrected_beside_the_result(company: Company) -> None:
    """One more lost: A is 4 ÷ 8 = 50, 3.75 points less; of 李强 (15 × 50 + 16 × 40) ÷ 31 = 44.8387, 1.81452 less."""
    company.clock.set("11-09 08:00")
    import_file(company, "撤销.csv", ["B261041,G01-4,FTTH,2026-10-20,,2026-10-30,M0002,,e_channel,"])
    company.worker.do("kpi.tasks.check_closed_months")
    desk = company.desk("branch")
    assert "2026年10月 有 3 项与公示时不同，可作更正" in desk.home.words
    page = desk.press(desk.follow(desk.home, "作更正"), "比对现在的数据")
    assert company.worker.work() == ["kpi.tasks.recompute"]
    page = desk.open(page.url)
    assert page.row("迎风里")[1:4] == ["81.69", "77.94", "−3.75"]
    page = desk.press(page, "签字", reason="B261041 已于10月30日撤销")
    assert "已签字，差异记入 2026年11月。" in page.words

    page = desk.follow(page, "看 2026年11月的调整")
    assert "3 笔调整" in page.words
    assert page.row("迎风里")[2:5] == ["81.69", "77.94", "−3.75"]
    assert page.row("王芳")[2:5] == ["82.18", "78.43", "−3.75"]
    assert page.row("李强")[2:5] == ["67.47", "65.66", "−1.81"]
    league = desk.follow(desk.open("/"), "考核")
    assert totals(desk.follow(league, "公布时"), GRIDS) == GRIDS
    assert totals(desk.follow(league, "更正后"), GRIDS) == {"迎风里": "77.94", "水晶城": "54.48"}
    assert desk.follow(league, "差异").row("迎风里")[3:6] == ["81.69", "77.94", "−3.75"]
    wang = company.desk("wang")
    assert "以前月份调整 −3.75" in wang.follow(wang.home, "我的分").words


def meeting_decides_on_a_snapshot(company: Company) -> None:
    """Class by class on the mean of the two: (54.75 + 32) ÷ 2, (18.92857 + 13.33334) ÷ 2."""
    company.clock.set("11-09 14:00")
    desk = company.desk("branch")
    page = desk.follow(desk.home, "出例会材料", "材料与快照")
    page = desk.press(page, "定格")
    assert "已定格为快照 #1。" in page.words
    slides = desk.follow(page, "看幻灯")
    assert "43.38 满分 70" in slides.words and "16.13 满分 20" in slides.words
    assert slides.row("迎风里", "固话用户保有率")[2] == "87.50%"
    assert "提出 1 件，成立 0 件，不成立 1 件。" in slides.words

    form = slides.form("记下")[0]
    decided = {"text": "补回迎风里", "owner": "王芳", "due_on": "2026-11-20", "code": "A", "value": "47"}
    slides = desk.press(slides, "记下", kind="target", grid=str(form.boxes["grid"][1]), **decided)
    given = {"text": "走访水晶城退网的两户", "owner": "赵敏", "due_on": "2026-11-15"}
    slides = desk.press(slides, "记下", kind="follow_up", posting=str(form.boxes["posting"][-1]), **given)
    assert "已记下 2 项" in slides.words
    with ZipFile(BytesIO(desk.fetch(page, "公式表 .xlsx"))) as pack:
        sheets = [pack.read(name).decode() for name in pack.namelist() if "/worksheets/" in name]
    cells = [found for sheet in sheets for found in re.findall(r"<f>[^<]+</f><v>([0-9.]+)</v>", sheet)]
    assert {*GRIDS.values(), *PEOPLE.values()} <= set(cells)


def next_month_has_the_target_and_the_follow_up(company: Company) -> None:
    desk = company.desk("branch")
    page = desk.follow(desk.home, "设目标")
    assert list(page.form("保存")[0].values("t-").values()) == ["47", "", "", "", "", ""]
    assert "例会决定：补回迎风里" in desk.follow(page, "迎风里").words
    company.clock.set("11-15 08:00")
    zhao = company.desk("zhao")
    assert "今天要跟进 1" in zhao.home.words and "走访水晶城退网的两户" in zhao.home.words


STATIONS = [
    company_issues_the_scheme_of_the_quarter,
    branch_spreads_the_targets_and_freezes_them,
    field_managers_write_slips,
    hall_works_them_off,
    slips_in_transit_come_out_even,
    billing_file_is_imported_and_reconciled,
    teams_are_rated_but_for_one,
    month_is_tried_and_the_checklist_refuses,
    league_and_people_show_the_hand_worked_scores,
    month_is_published_and_contested,
    closing_is_refused_with_what_stands_in_the_way,
    month_is_closed,
    late_truth_is_corrected_beside_the_result,
    meeting_decides_on_a_snapshot,
    next_month_has_the_target_and_the_follow_up,
]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_month_goes_from_the_scheme_to_the_next_target(company: Company) -> None:
    for station in STATIONS:
        station(company)
