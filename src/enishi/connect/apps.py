"""The app."""

from django.apps import AppConfig


class ConnectConfig(AppConfig):
    """Connections to other systems."""

    name = "enishi.connect"
    label = "connect"

    def ready(self) -> None:
        """Hears of people who are stopped."""
        import enishi.connect.tokens  # noqa: F401
