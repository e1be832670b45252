"""What the API tidies up by itself."""

import datetime

from django.utils import timezone

from enishi.connect.models import Repeat
from enishi.kit.periodic import every

KEPT = datetime.timedelta(days=7)


@every(minutes=60)
def forget_repeats() -> None:
    """A call is not sent again after a week."""
    Repeat.objects.filter(at__lt=timezone.now() - KEPT).delete()
