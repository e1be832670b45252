"""Talk upwards: lower floors send, upper floors connect."""

from collections.abc import Callable
from typing import Any

Receiver = Callable[..., None]


class Hook:
    """A named place where upper floors may be told that something happened."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._receivers: list[Receiver] = []

    def connect(self, receiver: Receiver) -> Receiver:
        """Decorator: calls the function at each sending, with the sender's keyword arguments."""
        self._receivers.append(receiver)
        return receiver

    def send(self, **values: Any) -> None:
        """Tells everybody now, in the sender's transaction."""
        for receiver in self._receivers:
            receiver(**values)

    def send_after_commit(self, **values: Any) -> None:
        """Tells everybody once the transaction is stored; never where it is rolled back."""
        from django.db import transaction

        transaction.on_commit(lambda: self.send(**values))
