from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "enishi.sales"

    def ready(self) -> None:
        import enishi.sales.deals.entity
        import enishi.sales.pipelines.entity  # noqa: F401
