"""The portal's settings on a throw-away database."""

from iscm_portal.settings import *  # noqa: F403
from iscm_portal.settings import STATIC_ROOT

STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns where there is none

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["testserver"]
