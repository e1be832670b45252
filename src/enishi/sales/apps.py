from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "enishi.sales"

    def ready(self) -> None:
        import enishi.sales.channels.entity
        import enishi.sales.channels.pages
        import enishi.sales.deals.entity
        import enishi.sales.deals.pages
        import enishi.sales.documents.pages
        import enishi.sales.invoices.entity
        import enishi.sales.leads.entity
        import enishi.sales.leads.pages
        import enishi.sales.lines.entity
        import enishi.sales.orders.entity
        import enishi.sales.pipelines.entity
        import enishi.sales.pipelines.pages
        import enishi.sales.products.entity
        import enishi.sales.quotes.entity  # noqa: F401
