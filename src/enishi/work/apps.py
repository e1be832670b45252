from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "enishi.work"

    def ready(self) -> None:
        import enishi.work.activities.entity
        import enishi.work.daily.entity
        import enishi.work.daysoff.days
        import enishi.work.tasks.entity  # noqa: F401
