from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from submissions.views import errors

from . import views

# The admin's own sign-in knows neither the second factor nor the limit on attempts: everyone enters by the one door.
admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("healthz", views.health, name="healthz"),
    path("admin/", admin.site.urls),
    path("account/", include("allauth.urls")),
    path("", include("submissions.urls")),
]

handler400 = errors.bad_request
handler500 = views.server_error
