"""The sheet of a scheme in the browser: nothing typed is lost, and who may see what."""

import csv
import datetime as dt
import io

import pytest
from django.urls import reverse

from accounts.choices import Role
from accounts.models import AccessLog
from kpi.domain import schemes
from kpi.forms_schemes import stored_sheet
from kpi.models import Scheme, SchemeReceipt
from tests.factories.accounts import UserFactory, user_of_branch
from tests.factories.grids import BranchFactory
from tests.factories.kpi import OCTOBER
from tests.factories.schemes import draft, issued

pytestmark = pytest.mark.django_db

FIELDS = ["code", "name", "item_class", "measure", "weight", "floor", "cap", "target_rate", "points_per_unit"]


@pytest.fixture
def company(client):
    client.force_login(UserFactory(name="周敏"))
    return client


def address(name: str, scheme: Scheme, *more: object) -> str:
    return reverse(f"kpi:scheme_{name}", args=[scheme.pk, *more])


def typed(scheme: Scheme, op: str = "save", **changed: str) -> dict[str, object]:
    """What the browser sends: the stored sheet with some boxes typed anew (`A_weight="20"`)."""
    rows = list(scheme.indicators.all())
    sent: dict[str, object] = {"op": op, "count": str(len(rows)), "revision": str(scheme.revision)}
    sent |= {"quarter": f"{scheme.year}Q{scheme.quarter}", "effective_on": scheme.effective_on.isoformat()}
    sent |= {name: str(getattr(scheme, name)) for name in ("business_total", "retention_total", "other_total")}
    for place, row in enumerate(rows):
        sent |= {f"i{place}-{name}": changed.get(f"{row.code}_{name}", str(getattr(row, name))) for name in FIELDS}
        sent[f"i{place}-products"] = row.products
    return sent | {name: text for name, text in changed.items() if name in ("override_reason", "effective_on")}


def weights(scheme: Scheme) -> dict[str, int]:
    return {row.code: int(row.weight) for row in Scheme.objects.get(pk=scheme.pk).indicators.all()}


def test_sheet_shows_the_stored_scheme_without_a_fault():
    scheme = draft()
    sheet = stored_sheet(scheme, scheme.indicators.all())
    assert (sheet.faults, sheet.total) == ([], 100)


def test_saved_sheet_is_stored(company):
    scheme = draft()
    answer = company.post(address("edit", scheme), typed(scheme, A_weight="20", B_weight="30", A_cap="120"))
    assert answer.status_code == 302
    assert weights(scheme) == {"A": 20, "B": 30, "C": 20, "D": 0, "E": 10, "F": 10, "G": 10}
    assert scheme.indicators.get(code="A").cap == 120


def test_refused_sheet_keeps_all_that_was_typed(company):
    scheme = draft()
    sent = typed(scheme, A_weight="zwanzig", C_name="新名称", E_target_rate="0", B_weight="31")
    page = company.post(address("edit", scheme), sent).content.decode()

    assert weights(scheme)["B"] == 25
    for text in ('value="zwanzig"', 'value="新名称"', 'value="31"', "输入一个数字。", "目标率要大于 0。"):
        assert text in page


@pytest.mark.parametrize(
    ("op", "codes"),
    [
        ("up-1", ["B", "A", "C", "D", "E", "F", "G"]),
        ("down-0", ["B", "A", "C", "D", "E", "F", "G"]),
        ("up-0", ["A", "B", "C", "D", "E", "F", "G"]),
        ("remove-3", ["A", "B", "C", "E", "F", "G"]),
        ("add", ["A", "B", "C", "D", "E", "F", "G", "H"]),
        ("remove-99", ["A", "B", "C", "D", "E", "F", "G"]),
    ],
)
def test_rows_move_come_and_go_without_being_stored(company, op, codes):
    scheme = draft()
    answer = company.post(address("edit", scheme), typed(scheme, op, A_name="改过的名称"))
    assert [line.cells["code"].bound.value() for line in answer.context["sheet"].lines] == codes
    assert "改过的名称" in answer.content.decode()
    assert list(weights(scheme)) == ["A", "B", "C", "D", "E", "F", "G"]


def test_sums_are_told_while_typing(company):
    scheme = draft()
    page = company.post(address("edit", scheme), typed(scheme, "check", A_weight="20")).content.decode()
    assert "65 / 70，差 5" in page
    assert "20 / 20 ✓" in page
    assert "“重点业务”的权重合计是 65%，应为 70%。" in page
    assert [f'id="e-i{place}-weight">本类差 5' in page for place in range(7)] == [True] * 3 + [False] * 4
    assert "1 处要改" in page
    assert weights(scheme)["A"] == 25


def test_another_split_needs_its_reason(company):
    scheme = draft()
    sent = typed(scheme, A_weight="15", E_weight="20") | {"business_total": "60", "retention_total": "30"}
    refused = company.post(address("edit", scheme), sent)
    assert "不按 70/20/10 分配时，要写明理由。" in refused.content.decode()
    assert company.post(address("edit", scheme), sent | {"override_reason": "保有攻坚季"}).status_code == 302
    assert Scheme.objects.get(pk=scheme.pk).override_reason == "保有攻坚季"


def test_second_editor_sees_the_difference_and_keeps_what_was_typed(company):
    scheme = draft()
    mine, theirs = typed(scheme, A_weight="15", C_weight="30"), typed(scheme, A_weight="20", B_weight="30")
    company.post(address("edit", scheme), theirs)
    page = company.post(address("edit", scheme), mine)

    assert "周敏 在您编辑时保存过" in page.content.decode()
    assert page.context["theirs"].words_of("A") == "权重 20% → 15%"
    assert weights(scheme)["A"] == 20
    assert company.post(address("edit", scheme), mine | {"revision": str(page.context["revision"])}).status_code == 302
    assert weights(scheme)["A"] == 15


@pytest.mark.parametrize("gone", ["issued", "deleted"])
def test_what_was_typed_into_a_draft_that_is_gone_becomes_another_version(company, gone):
    scheme = draft()
    sent = typed(scheme, A_weight="20", B_weight="30")
    if gone == "issued":
        issued(Scheme.objects.get(pk=scheme.pk))
    else:
        company.post(address("delete", scheme))
    page = company.post(address("edit", scheme), sent).content.decode()
    assert "另存为新版本" in page

    company.post(address("edit", scheme), sent | {"op": "copy"})
    copy = Scheme.objects.filter(status="draft").get()
    assert (copy.pk != scheme.pk, weights(copy)["A"]) == (True, 20)


def test_new_draft_is_for_the_next_quarter_unless_chosen(company):
    page = company.get(reverse("kpi:scheme_new"))
    choices = [value for value, _label in page.context["form"].fields["quarter"].choices]
    assert page.context["form"].initial["quarter"] == choices[1]

    source = Scheme.objects.get(pk=page.context["form"].initial["source"])
    sent = {"quarter": choices[1], "source": source.pk, f"version-{choices[1]}": "1"}
    first, again = company.post(reverse("kpi:scheme_new"), sent), company.post(reverse("kpi:scheme_new"), sent)
    assert first["Location"] == again["Location"]
    begun = Scheme.objects.get(status="draft")
    assert (f"{begun.year}Q{begun.quarter}", begun.indicators.count()) == (choices[1], 7)


@pytest.mark.parametrize("version", ["40000", "9" * 5000, "0", "-1", "x"])
def test_version_that_cannot_be_is_the_next_one(company, version):
    answer = company.get(reverse("kpi:scheme_new"))
    quarter = answer.context["form"].initial["quarter"]
    company.post(reverse("kpi:scheme_new"), {"quarter": quarter, "source": draft().pk, f"version-{quarter}": version})
    assert Scheme.objects.order_by("-pk").first().version == 1


def test_deleting_asks_and_twice_is_harmless(company):
    scheme = draft()
    assert "删除草案" in company.get(address("detail", scheme)).content.decode()
    answers = [company.post(address("delete", scheme)).status_code for _press in range(2)]
    assert answers == [302, 302]
    assert not Scheme.objects.filter(pk=scheme.pk).exists()


def test_issued_scheme_is_neither_edited_nor_deleted(company):
    scheme = issued(draft())
    assert company.get(address("edit", scheme)).status_code == 302
    company.post(address("delete", scheme))
    assert Scheme.objects.filter(pk=scheme.pk).exists()


def test_issuing_twice_is_refused_in_words(company):
    scheme = draft()
    sent = {"revision": "0"}
    company.post(address("issue", scheme), sent)
    page = company.post(address("issue", scheme), sent, follow=True).content.decode()
    assert "这个方案已经下发。" in page
    assert Scheme.objects.get(pk=scheme.pk).status == "issued"


def test_branch_is_told_reads_and_confirms(client):
    branch = BranchFactory(name="南开分公司")
    scheme = issued(draft())
    client.force_login(user_of_branch(branch, name="王芳"))
    notice = f"考核方案 {scheme} 等您签收"
    assert notice in client.get(reverse("kpi:month_glance")).content.decode()

    client.post(address("confirm", scheme))
    client.post(address("confirm", scheme))
    assert notice not in client.get(reverse("kpi:month_glance")).content.decode()
    assert SchemeReceipt.objects.get().read_by.name == "王芳"


def test_company_sees_who_has_not_confirmed(company):
    scheme, late = issued(draft()), BranchFactory(name="滨海分公司")
    page = company.get(address("detail", scheme))
    assert [(reading.branch, reading.receipt) for reading in page.context["readings"]] == [(late, None)]


def test_branch_sees_only_its_own_receipt(client):
    scheme, own = issued(draft()), BranchFactory()
    BranchFactory(name="滨海分公司")
    client.force_login(user_of_branch(own))
    page = client.get(address("detail", scheme))
    assert [reading.branch for reading in page.context["readings"]] == [own]
    assert "滨海分公司" not in page.content.decode()


@pytest.mark.parametrize("role", [Role.SUB_BUREAU, Role.ACCOUNT_MANAGER])
def test_draft_is_not_there_for_those_it_is_not_issued_to(client, role):
    scheme = draft()
    codes = {"sub_bureau_code": "X1"} if role == Role.SUB_BUREAU else {"staff_code": "M1"}
    client.force_login(UserFactory(role=role, **codes))
    assert client.get(address("detail", scheme)).status_code == 404
    assert str(scheme) not in client.get(reverse("kpi:scheme_list")).content.decode()


def test_scheme_names_products_as_people_do(company):
    page = company.get(address("detail", schemes.in_force(OCTOBER))).content.decode()
    assert "FTTH宽带、宽带" in page
    assert "BROADBAND" not in page


def test_comparison_says_what_changed_in_words(company):
    old, new = schemes.in_force(OCTOBER), draft(A={"cap": 120, "products": ["FTTH", "BROADBAND"]}, G={"name": "评价"})
    new.indicators.filter(code="D").delete()
    page = company.get(f"{address('compare', new)}?other={old.pk}").context["comparison"]
    assert [(row.code, row.kind, row.words) for row in page.changed_rows] == [
        ("A", "changed", "封顶 100 → 120、产品 FTTH宽带 → FTTH宽带、宽带"),
        ("G", "changed", "名称 主观评价 → 评价"),
        ("D", "removed", "删去"),
    ]


def test_file_for_the_billing_department_has_a_row_an_indicator_and_is_logged(company):
    scheme = issued(draft())
    body = b"".join(company.get(address("file", scheme, "csv")).streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body)))
    assert [row["代码"] for row in rows] == ["A", "B", "C", "D", "E", "F", "G"]
    wanted = {"方案": "2026Q4", "版本": str(scheme.version), "生效日期": "2026-10-01", "类别": "加减分", "计量": "加分"}
    wanted |= {"权重%": "", "下限": "-5", "封顶": "10", "每户分值": "0.2", "产品编码": "2G_BUNDLE"}
    assert wanted.items() <= rows[3].items()
    assert AccessLog.objects.get().subject == f"scheme {scheme} csv"


def test_file_is_to_be_had_as_workbook_and_as_json(company):
    scheme = issued(draft())
    assert company.get(address("file", scheme, "xlsx"))["Content-Disposition"].endswith(".xlsx")
    found = company.get(address("file", scheme, "json")).json()
    assert (found["方案"], len(found["指标"]), found["指标"][0]["权重%"]) == ("2026Q4", 7, "25")


@pytest.mark.parametrize("ending", ["csv", "pdf"])
def test_draft_leaves_in_no_file(company, ending):
    assert company.get(address("file", draft(), ending)).status_code == 404
    assert not AccessLog.objects.exists()


def test_replay_page_opens_with_and_without_months(company):
    assert "还没有可以试跑的月份" in company.get(address("replay", draft())).content.decode()


def test_effective_day_in_the_past_of_the_quarter_is_said_in_words(company):
    scheme = draft()
    Scheme.objects.filter(pk=scheme.pk).update(effective_on=dt.date(2026, 11, 15))
    page = company.get(address("detail", scheme)).content.decode()
    assert "从 2026年12月起算分；2026年11月的 1 日在生效之前，仍用原方案" in page
