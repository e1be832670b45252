"""Addresses of reports, dashboards, goals, meeting figures and the fiscal year."""

from django.urls import path

from enishi.insight.dashboards import pages as dashboards
from enishi.insight.goals import pages as goals
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
    path("dashboards/new/", dashboards.new, name="dashboard-new"),
    path("dashboards/<slug:dashboard_key>/", dashboards.page, name="dashboard"),
    path("dashboards/<slug:dashboard_key>/edit/", dashboards.edit, name="dashboard-edit"),
    path("dashboards/<slug:dashboard_key>/delete/", dashboards.delete, name="dashboard-delete"),
    path("dashboards/<slug:dashboard_key>/restore/", dashboards.restore, name="dashboard-restore"),
    path("dashboards/<slug:dashboard_key>/tiles/<int:place>/", dashboards.tile, name="dashboard-tile"),
    path("forecast/", goals.forecast_page, name="goals-forecast"),
    path("meetings/", meetings.meetings_page, name="meetings"),
    path("purchases/fit/", purchases.fit_now, name="purchases-fit"),
    path("settings/fiscal-year/", reports.fiscal_year, name="fiscal-year"),
]
