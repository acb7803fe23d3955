"""How people come in: by invitation only."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings


class InvitationOnlyAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False

    def format_email_subject(self, subject):
        return f"{settings.PORTAL_NAME}: {subject}"

    def render_mail(self, template_prefix, email, context, headers=None):
        context = {**context, "PORTAL_NAME": settings.PORTAL_NAME, "PORTAL_ADDRESS": settings.PORTAL_ADDRESS}
        return super().render_mail(template_prefix, email, context, headers)
