"""The app."""

from django.apps import AppConfig


class ConnectConfig(AppConfig):
    """Connections to other systems."""

    name = "enishi.connect"
    label = "connect"
