"""Settings of the tests: the portal's own, made quick, and kept away from the data of the clone they run in."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# One folder for a whole run. The process that starts the run makes and removes it; the processes it starts
# (pytest-xdist's workers, a web server, a background worker) find it in the environment.
if "PORTAL_TESTS_DIR" not in os.environ:
    os.environ["PORTAL_TESTS_DIR"] = tempfile.mkdtemp(prefix="portal-tests-")
    atexit.register(shutil.rmtree, os.environ["PORTAL_TESTS_DIR"], ignore_errors=True)

TESTS_DIR = Path(os.environ["PORTAL_TESTS_DIR"]) / os.environ.get("PYTEST_XDIST_WORKER", "main")

# Set before the portal's settings are read: the environment has precedence over an .env file lying about.
os.environ["PORTAL_MODE"] = "development"
os.environ["PORTAL_STATE_DIR"] = str(TESTS_DIR)
os.environ.setdefault("DATABASE_URL", f"sqlite:///{TESTS_DIR / 'db.sqlite3'}")

from iscm_portal.settings import *  # noqa: E402, F403
from iscm_portal.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where there is none, and warnings are errors

DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1", "[::1]"]
SECURE_SSL_REDIRECT = False
REQUIRE_SECOND_FACTOR = False

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in real life: in memory, the threads of a live server would share one connection.
    DATABASES["default"]["TEST"] = {"NAME": str(TESTS_DIR / "test.sqlite3")}
else:
    # A connection kept open would be in the way of removing the test database.
    DATABASES["default"]["CONN_MAX_AGE"] = 0

# Static files are found where they lie, each when it is asked for: listing them all for every client takes long.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    **STORAGES,
    # No manifest: pages render without `collectstatic` having run.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
