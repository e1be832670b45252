"""Reports by mail, and what is learnt from orders anew."""

from enishi.insight.mails import sending
from enishi.insight.purchases import runs
from enishi.kit.periodic import every


@every(minutes=1)
def mail_reports() -> None:
    """Hands the mails that are due to the workers."""
    sending.queue()


@every(minutes=60 * 24)
def forget_mailings() -> None:
    """Forgets the mailings of last year."""
    sending.forget()


@every(minutes=10)
def fit_purchases() -> None:
    """Once a day, and in between where orders have changed."""
    runs.start_if_due()
