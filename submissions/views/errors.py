"""When what the browser sent cannot be taken in at all."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.shortcuts import render

MOST_DRAINED = 200 * 1024 * 1024  # bytes


def bad_request(request, exception=None):
    """A sentence instead of a bare "Bad Request"; the browser's Back button still has what was typed."""
    if isinstance(exception, RequestDataTooBig):
        _drain(request)
        return render(request, "413.html", status=413)
    if isinstance(exception, TooManyFieldsSent | TooManyFilesSent):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


def _drain(request):
    """Read on to the end: a browser that is still sending would show a broken connection instead of our page."""
    left = MOST_DRAINED
    try:
        while left > 0 and (chunk := request.read(64 * 1024)):
            left -= len(chunk)
    except OSError:
        pass  # the browser has gone
