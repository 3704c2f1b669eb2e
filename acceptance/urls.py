from django.urls import path

from acceptance.views import field, hall, holidays, households, lookups, queue, reconciliation, search, volumes

app_name = "acceptance"
urlpatterns = [
    path("slips/new/", field.slip_new, name="slip_new"),
    path("slips/", field.slip_list, name="slip_list"),
    path("slips/<str:number>/", field.slip_detail, name="slip_detail"),
    path("slips/<str:number>/resubmit/", field.slip_resubmit, name="slip_resubmit"),
    path("slips/<str:number>/panel/", queue.queue_slip, name="queue_slip"),
    path("slips/<str:number>/receive/", hall.slip_receive, name="slip_receive"),
    path("slips/<str:number>/claim/", hall.slip_claim, name="slip_claim"),
    path("slips/<str:number>/accept/", hall.slip_accept, name="slip_accept"),
    path("slips/<str:number>/return/", hall.slip_return, name="slip_return"),
    path("slips/<str:number>/transfer/", hall.slip_transfer, name="slip_transfer"),
    path("slips/<str:number>/close/", hall.slip_close, name="slip_close"),
    path("queue/", queue.hall_queue, name="hall_queue"),
    path("queue/news/", queue.queue_news, name="queue_news"),
    path("direct/new/", hall.direct_new, name="direct_new"),
    path("in-transit/", volumes.in_transit, name="in_transit"),
    path("channel-mix/", volumes.channel_mix, name="channel_mix"),
    path("support-volume/", volumes.support_volume, name="support_volume"),
    path("reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path("reconciliation/<int:pk>/settle/", reconciliation.difference_settle, name="difference_settle"),
    path("reconciliation/names/", reconciliation.name_list, name="name_list"),
    path("reconciliation/names/give/", reconciliation.name_give, name="name_give"),
    path("households/<str:code>/", households.household_card, name="household_card"),
    path("lookup/", lookups.lookup, name="lookup"),
    path("holidays/", holidays.holiday_list, name="holiday_list"),
    path("holidays/set/", holidays.holiday_set, name="holiday_set"),
    path("holidays/drop/", holidays.holiday_drop, name="holiday_drop"),
    path("search/", search.search, name="search"),
]
