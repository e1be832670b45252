from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "enishi.exchange"

    def ready(self) -> None:
        import enishi.exchange.duplicates.review
        import enishi.exchange.forgetting  # noqa: F401
