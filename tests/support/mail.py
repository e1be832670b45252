"""A real SMTP server on this machine that keeps what it is sent."""

import email
import email.policy
import socket
import time
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest


class Sink:
    """What arrived, oldest first."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.refuse: str = ""  # an SMTP answer such as "451 busy" to give instead of accepting
        self.port = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        if self.refuse:
            return self.refuse
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"

    def wait(self, count: int = 1, seconds: float = 15) -> list[EmailMessage]:
        """The messages once there are so many."""
        end = time.monotonic() + seconds
        while len(self.messages) < count:
            assert time.monotonic() < end, f"{len(self.messages)} of {count} mails arrived"
            time.sleep(0.02)
        return self.messages

    def body(self, index: int = -1) -> str:
        """The text of a message."""
        part = self.messages[index].get_body(("plain",))
        assert part is not None
        return str(part.get_content())


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def start() -> tuple[Sink, Any]:
    """A running sink and its controller."""
    from aiosmtpd.controller import Controller

    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    sink.port = controller.port
    return sink, controller


@pytest.fixture
def smtp(settings: Any) -> Iterator[Sink]:
    """Mails of this process go through a socket to this sink."""
    sink, controller = start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = False, ""
    yield sink
    controller.stop()
