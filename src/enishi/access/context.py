"""Template variables about the person."""

from typing import Any

from django.http import HttpRequest

from enishi.access.models import User


def person(request: HttpRequest) -> dict[str, Any]:
    """Light or dark: what was chosen on this device, else what the person chose, else what the device says."""
    chosen = request.COOKIES.get("enishi_theme", "")
    user = getattr(request, "user", None)
    if chosen not in User.Theme.values:
        chosen = user.theme if isinstance(user, User) else User.Theme.SYSTEM
    return {"theme": str(chosen)}
