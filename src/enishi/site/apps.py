from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "enishi.site"
    label = "enishi_site"

    def ready(self) -> None:
        from enishi.site import checks  # noqa: F401 (registers them)
