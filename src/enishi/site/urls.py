"""Every address of the program."""

from django.urls import include, path

from enishi.exchange import views as exchange
from enishi.exchange.duplicates import views as duplicates
from enishi.site.pages import plain, today
from enishi.work import views as work
from enishi.work.daily import pages as daily
from enishi.work.daysoff import pages as daysoff
from enishi.work.planner import moving, route
from enishi.work.planner import views as planner
from enishi.work.today import pages as attending

urlpatterns = [
    path("", include("enishi.access.urls")),
    path("", include("enishi.site.platform_urls")),
    path("", plain.home),
    path("manifest.webmanifest", plain.manifest, name="manifest"),
    path("today/", today.today_page, name="today"),
    path("today/plan/", attending.plan, name="today-plan"),
    path("today/attend/", attending.attend, name="today-attend"),
    path("calendar/", planner.calendar_page, name="planner"),
    path("calendar/move/", moving.move, name="planner-move"),
    path("calendar/route/", route.route_page, name="route"),
    path("daily/", daily.daily_page, name="daily"),
    path("daily/comment/", daily.comment, name="daily-comment"),
    path("menu/", plain.menu, name="menu"),
    path("gallery/", plain.gallery, name="gallery"),
    path("postal-code/", plain.postal_code, name="postal-code"),
    path("record/", work.quick_record, name="quick-record"),
    path("record/notifications/", work.notifications, name="notifications"),
    path("tasks/<int:record_id>/done/", work.task_done, name="task-done"),
    path("settings/", plain.settings_page, name="settings"),
    path("settings/company/", plain.company, name="company"),
    path("settings/days-off/", daysoff.days_off, name="days-off"),
    path("settings/sample/", plain.load_sample, name="load-sample"),
    path("", include("enishi.connect.urls")),
    path("", include("enishi.insight.urls")),
    path("", include("enishi.records.design.urls")),
    path("import/", exchange.start, name="import"),
    path("import/<int:import_id>/", exchange.job, name="import-job"),
    path("import/<int:import_id>/refused/", exchange.refused, name="import-refused"),
    path("import/<int:import_id>/undo/", exchange.undo, name="import-undo"),
    path("duplicates/", duplicates.queue_page, name="duplicates"),
    path("duplicates/start/", duplicates.start, name="duplicates-start"),
    path("duplicates/decide/", duplicates.decide, name="duplicates-decide"),
    path("duplicates/rule/", duplicates.rule, name="duplicates-rule"),
    path("", include("enishi.exchange.roundtrip.urls")),
    path("", include("enishi.exchange.cleansing.urls")),
    path("", include("enishi.exchange.asking.urls")),
    path("<entity:entity>/export/", exchange.export, name="export"),
    path("", include("enishi.sales.documents.urls")),
    path("", include("enishi.sales.leads.urls")),
    path("", include("enishi.sales.pipelines.urls")),
    path("", include("enishi.records.urls")),
]
handler400 = "enishi.site.errors.bad_request"
handler403 = "enishi.site.errors.forbidden"
handler404 = "enishi.site.errors.not_found"
handler500 = "enishi.site.errors.server_error"
handler429 = "enishi.site.errors.too_many_requests"
