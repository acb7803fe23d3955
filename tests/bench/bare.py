"""The baseline for pages: what Django alone costs for a page from a template, behind its default middleware."""

from django.http import HttpResponse
from django.template import engines
from django.urls import path

TEMPLATE = "<!doctype html><title>Bare</title><ul>{% for n in numbers %}<li>{{ n }}</li>{% endfor %}</ul>"


def page(request):
    return HttpResponse(engines["django"].from_string(TEMPLATE).render({"numbers": range(30)}, request))


urlpatterns = [path("", page)]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
