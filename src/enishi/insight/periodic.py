"""What is learnt from orders anew."""

from enishi.insight.purchases import runs
from enishi.kit.periodic import every


@every(minutes=10)
def fit_purchases() -> None:
    """Once a day, and in between where orders have changed."""
    runs.start_if_due()
