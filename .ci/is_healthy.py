"""Ends with 0 when the web server answers, or when a background worker is at work: for compose.yaml.

python .ci/is_healthy.py web|worker
"""

import http.client
import os
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iscm_portal.settings")


def web_answers() -> bool:
    from django.conf import settings
    from django.urls import reverse

    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=10)
    # As the web server in front would ask: for the portal's own name, over HTTPS.
    host = next((host for host in settings.ALLOWED_HOSTS if host != "*"), "localhost").lstrip(".")
    connection.request("GET", reverse(settings.LOGIN_URL), headers={"Host": host, "X-Forwarded-Proto": "https"})
    return connection.getresponse().status < 400


def worker_reports() -> bool:
    from django_q.status import Stat

    # One container is one host: the others' workers do not count.
    return any(worker.host == socket.gethostname() for worker in Stat.get_all())


if __name__ == "__main__":
    import django

    django.setup()
    sys.exit(0 if {"web": web_answers, "worker": worker_reports}[sys.argv[1]]() else 1)
