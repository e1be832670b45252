from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "enishi.people"

    def ready(self) -> None:
        import enishi.people.accounts.entity
        import enishi.people.contacts.entity  # noqa: F401
