"""Addresses of reports, dashboards, goals, meeting figures and the fiscal year."""

from django.urls import path

from enishi.insight.dashboards import pages as dashboards
from enishi.insight.goals import pages as goals
from enishi.insight.mails import pages as mails
from enishi.insight.meetings import pages as meetings
from enishi.insight.purchases import pages as purchases
from enishi.insight.reports import pages as reports

urlpatterns = [
    path("reports/", reports.home, name="reports"),
    path("reports/new/", reports.new, name="report-new"),
    path("reports/preview/", reports.preview, name="report-preview"),
    path("reports/<slug:report_key>/", reports.page, name="report"),
    path("reports/<slug:report_key>/edit/", reports.edit, name="report-edit"),
    path("reports/<slug:report_key>/export/", reports.export, name="report-export"),
    path("reports/<slug:report_key>/delete/", reports.delete, name="report-delete"),
    path("reports/<slug:report_key>/restore/", reports.restore, name="report-restore"),
    path("reports/<slug:report_key>/dashboard/", dashboards.put_on, name="report-put-on"),
    path("dashboards/new/", dashboards.new, name="dashboard-new"),
    path("dashboards/<slug:dashboard_key>/", dashboards.page, name="dashboard"),
    path("dashboards/<slug:dashboard_key>/edit/", dashboards.edit, name="dashboard-edit"),
    path("dashboards/<slug:dashboard_key>/delete/", dashboards.delete, name="dashboard-delete"),
    path("dashboards/<slug:dashboard_key>/restore/", dashboards.restore, name="dashboard-restore"),
    path("dashboards/<slug:dashboard_key>/tiles/<int:place>/", dashboards.tile, name="dashboard-tile"),
    path("reports/<slug:report_key>/mail/", mails.report_mail, name="report-mail"),
    path("dashboards/<slug:dashboard_key>/mail/", mails.dashboard_mail, name="dashboard-mail"),
    path("report-mails/", mails.list_page, name="report-mails"),
    path("report-mails/<int:mail_id>/edit/", mails.edit, name="report-mail-edit"),
    path("report-mails/<int:mail_id>/delete/", mails.delete, name="report-mail-delete"),
    path("report-mails/<int:mail_id>/leave/", mails.leave, name="report-mail-leave"),
    path("report-mails/<int:mail_id>/try/", mails.try_now, name="report-mail-try"),
    path("forecast/", goals.forecast_page, name="goals-forecast"),
    path("meetings/", meetings.meetings_page, name="meetings"),
    path("purchases/fit/", purchases.fit_now, name="purchases-fit"),
    path("settings/fiscal-year/", reports.fiscal_year, name="fiscal-year"),
]
