"""Addresses of documents: their PDF, their buttons, the settings of papers, the kept PDFs."""

from django.urls import path

from enishi.sales.documents import kept, pages, settings

urlpatterns = [
    path("settings/papers/", settings.papers_page, name="papers"),
    path("settings/papers/seal/", settings.seal, name="seal"),
    path("papers/", kept.kept_page, name="kept"),
    path("papers/zip/", kept.kept_zip, name="kept-zip"),
    path("products/lines/", pages.product_lines, name="product-lines"),
    path("orders/bill/", pages.bill_together, name="bill-together"),
    path("invoices/<int:record_id>/pay/", pages.pay, name="pay"),
    path("<entity:entity>/<int:record_id>/pdf/", pages.paper_page, name="paper"),
    path("<entity:entity>/<int:record_id>/ask/<slug:action>/", pages.ask, name="document-ask"),
    path("<entity:entity>/<int:record_id>/do/<slug:action>/", pages.act, name="document-do"),
]
