"""The few answers that belong to the whole site."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@login_not_required
@never_cache
@require_safe
def health(request):
    """For load balancers and containers: this process answers and reaches the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def server_error(request):
    """Rendered without the request: whatever has just failed may be what a context processor needs."""
    context = {"PORTAL_NAME": settings.PORTAL_NAME, "PORTAL_MODE": settings.PORTAL_MODE}
    return HttpResponse(render_to_string("500.html", context), status=500)
