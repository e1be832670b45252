from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "enishi.insight"

    def ready(self) -> None:
        import enishi.insight.goals.entity
        import enishi.insight.purchases.pages  # noqa: F401
