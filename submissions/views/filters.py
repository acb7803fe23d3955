"""Saved searches of the desk: keeping one, finding it again at an address of its own, sharing it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..forms.desk_choices import DeskChoices
from ..forms.reviewing import QueueForm
from ..forms.saved_filters import SavedFilterForm
from ..models import SavedFilter, User


@require_safe
def saved_filters(request):
    choices, own, of_colleagues = DeskChoices(), [], []
    for saved in _known_to(request.user).select_related("user"):
        told = {
            "filter": saved,
            "asks_for": QueueForm(QueryDict(saved.query), choices=choices).in_words,
            "address": request.build_absolute_uri(reverse("open_filter", args=[saved.pk])),
        }
        (own if saved.user == request.user else of_colleagues).append(told)
    return render(request, "desk/saved_filters.html", {"own": own, "of_colleagues": of_colleagues})


@require_safe
def open_filter(request, pk):
    saved = get_object_or_404(_known_to(request.user), pk=pk)
    return redirect(_desk(saved))


@require_http_methods(["GET", "HEAD", "POST"])
def save_filter(request):
    """The filters come with the address, as on the desk; of those only what the desk's form knows is kept."""
    _known_to(request.user)
    asked = QueueForm(request.GET, choices=DeskChoices())
    if not asked.query:
        messages.info(request, _("Set filters first. Then you can save the search."))
        return redirect("queue")
    return _edit(request, SavedFilter(user=request.user, query=asked.query), asked, done=_("The search is saved."))


@require_http_methods(["GET", "HEAD", "POST"])
def change_filter(request, pk):
    saved = _own_or_404(request, pk)
    asked = QueueForm(QueryDict(saved.query), choices=DeskChoices())
    return _edit(request, saved, asked, done=_("The search is changed."))


@require_POST
def delete_filter(request, pk):
    _own_or_404(request, pk).delete()
    messages.success(request, _("The search is deleted."))
    return redirect("saved_filters")


def _edit(request, saved, asked, *, done):
    is_new = saved.pk is None
    form = SavedFilterForm(request.POST if request.method == "POST" else None, instance=saved)
    if form.is_bound:
        with transaction.atomic():
            # One after the other: so the names stay different, and the number is kept to.
            User.objects.select_for_update(no_key=True).get(pk=request.user.pk)
            if form.is_valid():
                form.save()
                messages.success(request, done)
                return redirect(_desk(saved) if is_new else "saved_filters")
    context = {"form": form, "asks_for": asked.in_words, "saved": None if is_new else saved, "desk": _desk(saved)}
    return render(request, "desk/saved_filter.html", context, status=422 if form.errors else 200)


def _desk(saved):
    return f"{reverse('queue')}?{saved.query}"


def _known_to(user):
    if not user.is_iom:
        raise PermissionDenied
    return SavedFilter.objects.for_user(user)


def _own_or_404(request, pk):
    return get_object_or_404(_known_to(request.user), pk=pk, user=request.user)
