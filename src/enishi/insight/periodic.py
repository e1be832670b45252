"""Reports by mail."""

from enishi.insight.mails import sending
from enishi.kit.periodic import every


@every(minutes=1)
def mail_reports() -> None:
    """Hands the mails that are due to the workers."""
    sending.queue()


@every(minutes=60 * 24)
def forget_mailings() -> None:
    """Forgets the mailings of last year."""
    sending.forget()
