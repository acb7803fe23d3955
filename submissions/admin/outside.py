"""What other packages put into the administration, cut down to what an administrator needs of it."""

from allauth.account import admin as account_admin
from allauth.mfa import admin as mfa_admin
from allauth.usersessions import admin as sessions_admin
from django.contrib import admin
from django_q import admin as work_admin

from .record import ReadOnly

# The address is edited on the person: a second place to edit it would let the two differ.
admin.site.unregister(account_admin.EmailAddress)

# It shows the keys of sessions: whoever reads one is signed in as that person.
admin.site.unregister(sessions_admin.UserSession)

# A schedule names any function of any package to be run: only the portal's own code may.
admin.site.unregister(work_admin.Schedule)

admin.site.unregister(mfa_admin.Authenticator)
admin.site.unregister(work_admin.OrmQ)


@admin.register(mfa_admin.Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin):
    """Removing one helps a person who has lost it. The secret is shown to nobody."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    list_select_related = ["user"]
    search_fields = ["user__name", "user__email"]
    fields = ["user", "type", "created_at", "last_used_at"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(work_admin.OrmQ)
class QueueAdmin(ReadOnly, work_admin.QueueAdmin):
    pass
