"""Administration: the reference data that inputs stand on, the people, and, to be read only, the record."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from . import cycles, mails, mechanisms, outside, people, record

__all__ = ["cycles", "mails", "mechanisms", "outside", "people", "record"]

admin.site.site_header = admin.site.site_title = settings.PORTAL_NAME
admin.site.index_title = _("Administration")


@login_required
def change_password_as_everybody_does(request, extra_context=None):
    return redirect("account_change_password")


admin.site.password_change = change_password_as_everybody_does
