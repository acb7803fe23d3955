from django.conf import settings
from django.utils.functional import SimpleLazyObject

from submissions.models import ISCM


def portal(request):
    """What every page prints. The mechanisms are looked up only where a page asks for them."""
    user = getattr(request, "user", None)
    return {
        "PORTAL_NAME": settings.PORTAL_NAME,
        "PORTAL_MODE": settings.PORTAL_MODE,
        "my_mechanisms": SimpleLazyObject(
            lambda: list(ISCM.objects.of(user)) if user is not None and user.is_authenticated else []
        ),
    }
