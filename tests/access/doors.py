"""Who may open which address, written down by hand: a second opinion to the decorators in the views.

`own` gives the arguments of an address for something in a world; a role of that world gets in, the same role of
another world finds nothing there. `by` marks addresses that only take a POST.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from acceptance.models import CommunityChannel, DeveloperAlias, Difference, SlipPhoto
from accounts.choices import Role
from customers.models import Case
from kpi.models import CompanyPack
from tests.access.worlds import World
from tests.factories.acceptance import CommunityChannelFactory, DeveloperAliasFactory, DifferenceFactory
from tests.factories.customers import CaseFactory
from tests.factories.kpi import CompanyPackFactory

PUBLIC = "public"
ALL = frozenset(Role)
COMPANY, BRANCH, SUB_BUREAU, AUDITOR = Role.COMPANY, Role.BRANCH, Role.SUB_BUREAU, Role.AUDITOR
MANAGER, CLERK, HALL_MANAGER, ADMIN = Role.ACCOUNT_MANAGER, Role.HALL_CLERK, Role.HALL_MANAGER, Role.IT_ADMIN
OVERSEERS = (COMPANY, BRANCH, SUB_BUREAU, AUDITOR)
MONTH = "2026-10"


@dataclass(frozen=True)
class Door:
    roles: frozenset[Role] | str
    own: Callable[[World], dict[str, object]] | None = None
    by: str = "get"
    # Objects that belong to no place: the same for everybody who may come in.
    shared: bool = False
    query: str = ""
    # What a POST has to bring so that the view gets to its object.
    sent: Callable[[World], dict[str, object]] = lambda world: {}
    # Django's own view, which carries no roles.
    is_foreign: bool = False


def door(*roles: Role, **more) -> Door:
    return Door(frozenset(roles), **more)


def _of(attribute: str, argument: str) -> Callable[[World], dict[str, object]]:
    def own(world: World) -> dict[str, object]:
        found: object = world
        for name in attribute.split("."):
            found = getattr(found, name)
        return {argument: found}

    return own


def _month_of(attribute: str, argument: str) -> Callable[[World], dict[str, object]]:
    return lambda world: {"month": MONTH, **_of(attribute, argument)(world)}


def _difference(world: World) -> dict[str, object]:
    line = Difference.objects.filter(acceptance=world.acceptance).first()
    return {"pk": (line or DifferenceFactory(acceptance=world.acceptance)).pk}


def _alias(world: World) -> dict[str, object]:
    found = DeveloperAlias.objects.filter(manager=world.manager).first()
    return {"pk": (found or DeveloperAliasFactory(manager=world.manager)).pk}


def _case(world: World) -> dict[str, object]:
    found = Case.objects.filter(household=world.household).first()
    return {"pk": (found or CaseFactory(household=world.household)).pk}


def _community_channel(world: World) -> dict[str, object]:
    found = CommunityChannel.objects.filter(community=world.household.community).first()
    return {"pk": (found or CommunityChannelFactory(community=world.household.community)).pk}


def _photo(world: World) -> dict[str, object]:
    given = {"content": b"", "at": world.slip.submitted_at, "by": world.slip.state_by}
    SlipPhoto.objects.get_or_create(slip=world.slip, defaults=given)
    return {"number": world.slip.number}


def _company_pack(world: World) -> dict[str, object]:
    made = CompanyPack.objects.first() or CompanyPackFactory()
    return {"pk": made.pk}


GRID, PERSON = _of("grid.code", "code"), _of("manager.staff_no", "staff_no")
ON_THE_SPOT = (*OVERSEERS, MANAGER, HALL_MANAGER)

ORDER = _of("acceptance.pk", "pk")
SLIP, BATCH = _of("slip.number", "number"), _of("batch.pk", "pk")
MEETING = _month_of("branch.code", "branch")
APPEAL = _of("appeal.pk", "pk")
COUNTER = (CLERK, HALL_MANAGER, MANAGER)
IMPORTERS = (ADMIN, COMPANY, BRANCH)

DOORS: dict[str, Door] = {
    "healthz": Door(PUBLIC),
    "set_language": Door(PUBLIC, by="post", is_foreign=True),
    "accounts:login": Door(PUBLIC),
    "acceptance:lookup": Door(PUBLIC),
    "accounts:logout": Door(ALL, by="post"),
    "accounts:home": Door(ALL),
    "accounts:profile": Door(ALL),
    "accounts:user_list": door(ADMIN),
    "accounts:user_new": door(ADMIN),
    "accounts:user_activate": door(ADMIN, own=_of("clerk.pk", "pk"), by="post", shared=True),
    "accounts:user_reset_password": door(ADMIN, own=_of("clerk.pk", "pk"), by="post", shared=True),
    "accounts:access_log": door(ADMIN, AUDITOR),
    "accounts:view_list": Door(ALL),
    "accounts:view_save": Door(ALL, by="post"),
    # A person's own things: who has none of that number is told so, whether it is somebody else's or gone.
    "accounts:view_change": Door(ALL, own=lambda world: {"pk": 1}, shared=True),
    "accounts:view_delete": Door(ALL, own=lambda world: {"pk": 1}, by="post", shared=True),
    "grids:coverage": door(*OVERSEERS),
    "managers:team_list": door(*OVERSEERS, HALL_MANAGER),
    "managers:grid_list": door(*ON_THE_SPOT),
    "managers:grid_triangle": door(*ON_THE_SPOT, own=GRID),
    "managers:community_move": door(BRANCH, own=GRID, by="post"),
    "managers:band_waiver_new": door(BRANCH, own=GRID, by="post"),
    "managers:team_waiver_new": door(BRANCH, own=GRID, by="post"),
    "managers:manager_detail": door(*ON_THE_SPOT, own=PERSON),
    "managers:posting_move": door(BRANCH, own=PERSON, by="post"),
    "managers:posting_end": door(BRANCH, own=_of("posting.pk", "pk"), by="post"),
    "imports:batch_list": door(*IMPORTERS),
    "imports:batch_upload": door(*IMPORTERS),
    "imports:batch_detail": door(*IMPORTERS, own=BATCH),
    "imports:batch_confirm": door(*IMPORTERS, own=BATCH, by="post"),
    "imports:batch_discard": door(*IMPORTERS, own=BATCH, by="post"),
    "imports:batch_rejects": door(*IMPORTERS, own=BATCH),
    "imports:template_download": door(*IMPORTERS, own=lambda world: {"kind": "postings", "ending": "csv"}, shared=True),
    "imports:export_download": door(*IMPORTERS, query="kind=postings&form=csv"),
    "/api/v1/imports/batches": door(*IMPORTERS),
    "/api/v1/imports/batches/<int:pk>": door(*IMPORTERS, own=BATCH),
    "/api/v1/imports/batches/<int:pk>/confirm": door(*IMPORTERS, own=BATCH, by="post"),
    "/api/v1/imports/batches/<int:pk>/discard": door(*IMPORTERS, own=BATCH, by="post"),
    "customers:household_search": door(MANAGER, CLERK, HALL_MANAGER, query="q=1"),
    "customers:case_new": door(MANAGER, CLERK, HALL_MANAGER, own=_of("household.code", "code")),
    "customers:case_close": door(BRANCH, MANAGER, CLERK, HALL_MANAGER, own=_case, by="post"),
    "campaigns:visit_list": door(MANAGER),
    "campaigns:visit_new": door(MANAGER),
    "campaigns:followup_done": door(MANAGER, own=_of("follow_up.pk", "pk"), by="post"),
    "acceptance:holiday_list": door(COMPANY, ADMIN),
    "acceptance:holiday_set": door(COMPANY, ADMIN, by="post"),
    "acceptance:manifest": Door(PUBLIC),
    "acceptance:service_worker": Door(PUBLIC),
    "acceptance:offline": Door(PUBLIC),
    "acceptance:holiday_drop": door(
        COMPANY, ADMIN, by="post", sent=lambda world: {"first": "2026-10-01", "last": "2026-10-01"}
    ),
    "acceptance:slip_new": door(MANAGER),
    "acceptance:slip_list": door(MANAGER),
    "acceptance:slip_detail": Door(ALL, own=SLIP),
    "acceptance:slip_photo": door(*COUNTER, own=_photo),
    "acceptance:slip_resubmit": door(MANAGER, own=SLIP, by="post"),
    "acceptance:queue_slip": door(*COUNTER, own=SLIP),
    "acceptance:slip_receive": door(*COUNTER, own=SLIP, by="post"),
    "acceptance:slip_claim": door(*COUNTER, own=SLIP, by="post"),
    "acceptance:slip_accept": door(*COUNTER, own=SLIP, by="post"),
    "acceptance:slip_return": door(*COUNTER, own=SLIP, by="post"),
    "acceptance:slip_transfer": door(
        *COUNTER, own=SLIP, by="post", sent=lambda world: {"hall": world.other_hall.code, "reason": "离客户更近"}
    ),
    "acceptance:slip_close": door(*COUNTER, own=SLIP, by="post"),
    "acceptance:hall_queue": door(*COUNTER),
    "acceptance:queue_news": door(*COUNTER),
    "acceptance:slip_take_over": door(CLERK, HALL_MANAGER, own=SLIP, by="post"),
    "acceptance:handover": door(CLERK, HALL_MANAGER),
    "acceptance:handover_seen": door(CLERK, HALL_MANAGER, by="post"),
    "acceptance:clerk_load": door(HALL_MANAGER),
    "acceptance:direct_new": door(*COUNTER),
    "acceptance:order_list": door(*COUNTER),
    "acceptance:order_detail": door(*COUNTER, own=ORDER),
    "acceptance:order_correct": door(*COUNTER, own=ORDER, by="post"),
    "acceptance:order_withdraw": door(*COUNTER, own=ORDER, by="post"),
    "acceptance:in_transit": door(*OVERSEERS, HALL_MANAGER),
    "acceptance:channel_mix": door(*OVERSEERS),
    "acceptance:channel_concentration": door(*OVERSEERS),
    "acceptance:channel_conflicts": door(*OVERSEERS),
    "acceptance:channel_catalogue": door(*OVERSEERS),
    "acceptance:channel_map": door(COMPANY, by="post"),
    "acceptance:channel_place": door(COMPANY, by="post"),
    "acceptance:community_channel_list": door(*ON_THE_SPOT),
    "acceptance:community_channel_detail": door(*ON_THE_SPOT, own=_community_channel),
    "acceptance:community_channel_new": door(BRANCH),
    "acceptance:community_channel_edit": door(BRANCH, own=_community_channel),
    "acceptance:community_channel_end": door(BRANCH, own=_community_channel, by="post"),
    "acceptance:permission_open": door(BRANCH, own=_community_channel, by="post"),
    "acceptance:permission_withdraw": door(BRANCH, own=_community_channel, by="post"),
    "acceptance:hall_load": door(*OVERSEERS, HALL_MANAGER),
    "acceptance:hall_card": door(*OVERSEERS, HALL_MANAGER, own=_of("hall.code", "code")),
    "acceptance:support_volume": door(*OVERSEERS, HALL_MANAGER),
    "acceptance:reconciliation": door(*OVERSEERS, HALL_MANAGER),
    "acceptance:difference_settle": door(BRANCH, HALL_MANAGER, own=_difference, by="post"),
    "acceptance:name_list": door(BRANCH),
    "acceptance:name_give": door(
        BRANCH, own=lambda world: {}, by="post", sent=lambda world: {"branch": world.branch.code, "name": "张三"}
    ),
    "acceptance:name_withdraw": door(BRANCH, own=_alias, by="post"),
    "acceptance:household_contact": door(COMPANY, BRANCH, SUB_BUREAU, own=_of("household.code", "code")),
    "acceptance:slip_contact": door(COMPANY, BRANCH, SUB_BUREAU, own=SLIP),
    "acceptance:household_card": Door(ALL - {ADMIN}, own=_of("household.code", "code")),
    "acceptance:search": Door(ALL - {ADMIN}),
    "acceptance_api_phone": door(MANAGER),
    "acceptance_api_slips": door(MANAGER),
    "acceptance_api_photo": door(MANAGER, own=SLIP, by="post"),
    "acceptance_api_slip": Door(ALL, own=SLIP),
    "acceptance_api_step": door(
        *COUNTER, own=lambda world: {"number": world.slip.number, "step": "receive"}, by="post"
    ),
    "kpi:my_score": door(MANAGER),
    "kpi:line_effect": door(*OVERSEERS, MANAGER, CLERK, HALL_MANAGER, own=_of("line.code", "code")),
    "kpi:household_effect": door(*OVERSEERS, MANAGER, CLERK, HALL_MANAGER, own=_of("household.code", "code")),
    "kpi:teams": door(*OVERSEERS, MANAGER),
    "kpi:totals": door(*OVERSEERS),
    "kpi:trends": door(*OVERSEERS, MANAGER),
    "kpi:league": door(*OVERSEERS, MANAGER),
    "kpi:my_day": door(MANAGER),
    "kpi:month_glance": door(*OVERSEERS),
    "kpi:admin_home": door(ADMIN),
    "kpi:company_home": door(COMPANY, AUDITOR),
    "kpi:people": door(*OVERSEERS, MANAGER),
    "kpi:branches": door(*OVERSEERS),
    "kpi:slip_effect": door(*OVERSEERS, MANAGER, CLERK, HALL_MANAGER, own=SLIP),
    "kpi:acceptance_effect": door(*OVERSEERS, MANAGER, CLERK, HALL_MANAGER, own=_of("acceptance.order_no", "order_no")),
    "kpi:acceptance_outlook": door(MANAGER, CLERK, HALL_MANAGER, own=SLIP),
    "kpi:scheme_list": door(*OVERSEERS, MANAGER),
    "kpi:scheme_detail": door(*OVERSEERS, MANAGER, own=_of("scheme.pk", "pk"), shared=True),
    "kpi:scheme_new": door(COMPANY),
    "kpi:scheme_edit": door(COMPANY, own=_of("scheme.pk", "pk"), shared=True),
    "kpi:scheme_delete": door(COMPANY, own=_of("scheme.pk", "pk"), by="post", shared=True),
    "kpi:scheme_issue": door(COMPANY, own=_of("scheme.pk", "pk"), by="post", shared=True),
    "kpi:scheme_confirm": door(BRANCH, own=_of("scheme.pk", "pk"), by="post", shared=True),
    "kpi:scheme_compare": door(*OVERSEERS, MANAGER, own=_of("scheme.pk", "pk"), shared=True),
    "kpi:scheme_file": door(*OVERSEERS, own=lambda world: {"pk": world.scheme.pk, "ending": "csv"}, shared=True),
    "kpi:scheme_replay": door(COMPANY, own=_of("scheme.pk", "pk"), shared=True),
    "kpi:scheme_replay_start": door(COMPANY, own=_of("scheme.pk", "pk"), by="post", shared=True),
    "kpi:run_list": door(*OVERSEERS, ADMIN),
    "kpi:run_request": door(
        COMPANY, BRANCH, by="post", sent=lambda world: {"month": MONTH, "branch": world.branch.code}
    ),
    "kpi:run_detail": door(*OVERSEERS, ADMIN, own=_of("run.pk", "pk")),
    "kpi:target_list": door(*OVERSEERS),
    "kpi:target_spread": door(COMPANY, BRANCH),
    "kpi:target_freeze": door(COMPANY, BRANCH, own=MEETING, by="post"),
    "kpi:target_history": door(*OVERSEERS, own=_month_of("grid.code", "code")),
    "kpi:progress": door(*OVERSEERS, MANAGER),
    "kpi:rating_list": door(*OVERSEERS),
    "kpi:rating_publish": door(COMPANY, BRANCH, by="post"),
    "kpi:rating_team": door(*OVERSEERS, own=_month_of("grid.code", "code")),
    "kpi:rating_draft": door(COMPANY, BRANCH, own=_month_of("grid.code", "code"), by="post"),
    "kpi:grid_score": door(*OVERSEERS, MANAGER, own=_month_of("grid.code", "code")),
    "kpi:person_score": door(*OVERSEERS, MANAGER, own=_month_of("manager.staff_no", "staff_no")),
    "kpi:appeal_list": door(*OVERSEERS, MANAGER),
    "kpi:appeal_detail": door(*OVERSEERS, MANAGER, own=APPEAL),
    "kpi:appeal_answer": door(BRANCH, own=APPEAL, by="post"),
    "kpi:appeal_withdraw": door(MANAGER, own=APPEAL, by="post"),
    "kpi:grid_appeal": door(MANAGER, own=_month_of("grid.code", "code")),
    "kpi:person_appeal": door(MANAGER, own=_month_of("manager.staff_no", "staff_no")),
    "kpi:adjustment_list": door(*OVERSEERS, MANAGER),
    "kpi:correction_month": door(COMPANY, BRANCH, AUDITOR, own=MEETING),
    "kpi:correction_request": door(COMPANY, BRANCH, own=MEETING, by="post"),
    "kpi:correction_detail": door(COMPANY, BRANCH, AUDITOR, own=_of("correction.pk", "pk")),
    "kpi:correction_sign": door(COMPANY, BRANCH, own=_of("correction.run_id", "pk"), by="post"),
    "kpi:correction_discard": door(COMPANY, BRANCH, own=_of("correction.run_id", "pk"), by="post"),
    "kpi:month_life": door(COMPANY, BRANCH, AUDITOR, own=MEETING),
    "kpi:month_publish": door(COMPANY, BRANCH, own=MEETING),
    "kpi:month_close": door(COMPANY, BRANCH, own=MEETING),
    "kpi:month_withdraw": door(COMPANY, BRANCH, own=MEETING, by="post"),
    "kpi:decision_new": door(COMPANY, BRANCH, own=MEETING),
    "kpi:decision_done": door(COMPANY, BRANCH, own=_of("decision.pk", "pk"), by="post"),
    "kpi:meeting_list": door(*OVERSEERS),
    "kpi:meeting": door(*OVERSEERS, own=MEETING),
    "kpi:meeting_decide": door(COMPANY, BRANCH, own=MEETING, by="post"),
    "kpi:meeting_freeze": door(COMPANY, BRANCH, own=MEETING, by="post"),
    "kpi:pack": door(*OVERSEERS, own=MEETING),
    "kpi:snapshot_take": door(COMPANY, BRANCH, own=MEETING, by="post"),
    "kpi:company_packs": door(COMPANY, AUDITOR),
    "kpi:company_pack_make": door(COMPANY, by="post", sent=lambda world: {"month": MONTH}),
    "kpi:company_pack_download": door(COMPANY, AUDITOR, own=_company_pack, shared=True),
    "kpi:pack_download": door(
        COMPANY, BRANCH, AUDITOR, own=lambda world: {**MEETING(world), "number": world.snapshot.number}
    ),
    "api_grids": Door(ALL),
    "api_managers": Door(ALL),
    "api_kpi_grid_score": door(*OVERSEERS, MANAGER, own=_month_of("grid.code", "code")),
    "api_kpi_grid_item": door(*OVERSEERS, MANAGER, own=lambda w: {"month": MONTH, "code": w.grid.code, "item": "A"}),
    "api_kpi_person_score": door(*OVERSEERS, MANAGER, own=_month_of("manager.staff_no", "staff_no")),
    "api_kpi_my_score": door(MANAGER),
    "api_kpi_slip_effect": door(*OVERSEERS, MANAGER, CLERK, HALL_MANAGER, own=SLIP),
    "api_kpi_acceptance_effect": door(
        *OVERSEERS, MANAGER, CLERK, HALL_MANAGER, own=_of("acceptance.order_no", "order_no")
    ),
    "api_kpi_line_effect": door(*OVERSEERS, MANAGER, CLERK, HALL_MANAGER, own=_of("line.code", "code")),
    "api_kpi_household_effect": door(*OVERSEERS, MANAGER, CLERK, HALL_MANAGER, own=_of("household.code", "code")),
    "api_kpi_scores": door(*OVERSEERS, MANAGER, own=lambda world: {"month": MONTH}, shared=True),
}


def needs_arguments(names: Iterable[str]) -> list[str]:
    """Those doors that lead to something of a place."""
    return [name for name in names if DOORS[name].own and not DOORS[name].shared]
