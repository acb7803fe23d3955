"""Compiling the approved inputs of a review cycle. Everybody at IOM may read; approvers compile."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import renditions
from ..documents.compendium import approved_inputs
from ..forms.compiling import CompendiumForm
from ..models import WITH_IOM, WITH_PARTNERS, WITH_SECRETARIAT, Compendium, Rendition, ReviewCycle, Status, Submission
from ..permissions import may_compile


def _of_iom_or_404(request):
    if not request.user.is_iom:
        raise Http404


def _recipe_or_404(request, cycle) -> Compendium:
    """The stored recipe; before anybody has saved one, an empty one that is not stored."""
    _of_iom_or_404(request)
    cycle = get_object_or_404(ReviewCycle.objects.with_texts(), code=cycle)
    return Compendium.objects.filter(cycle=cycle).select_related("cycle").first() or Compendium(cycle=cycle)


@require_safe
def compendiums(request):
    """The cycles for which anything has been filed, the newest first."""
    _of_iom_or_404(request)
    filed = Submission.objects.filed()
    cycles = (
        ReviewCycle.objects.with_texts()
        .annotate(
            filed=_number_of(filed.exclude(status=Status.WITHDRAWN)),
            approved=_number_of(filed.approved()),
            compiled_at=Max("compendium__renditions__finished_at", filter=Q(compendium__renditions__status="ready")),
        )
        .filter(Q(filed__gt=0) | Q(compendium__isnull=False))
        .order_by("-year", "code")
    )
    return render(request, "submissions/compendiums.html", {"cycles": cycles})


def _number_of(submissions):
    """How many of these count in a cycle, as `counted_in()` has it, for many cycles in one query."""
    named = Submission.regions.through.objects.filter(region=OuterRef(OuterRef("region"))).values("submission")
    counted = submissions.filter(
        Q(cycle=OuterRef("pk")) | Q(pk__in=named, cycle__kind=OuterRef("kind"), cycle__round=OuterRef("round"))
    )
    numbers = counted.order_by().values(of_all=Value(1)).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(numbers), 0)


@require_http_methods(["GET", "HEAD", "POST"])
def compendium(request, cycle):
    recipe = _recipe_or_404(request, cycle)
    if request.method == "POST":
        if (form := _saved(request, recipe)) is not None:
            return _page(request, recipe, form, status=422)
        messages.success(request, _("The foreword and the language are saved."))
        return redirect("compendium", cycle)
    return _page(request, recipe, CompendiumForm(instance=recipe))


@require_POST
def compile(request, cycle):
    """Saves what was typed and asks for the compendium; the worker makes it from what is approved when it begins."""
    recipe = _recipe_or_404(request, cycle)
    if (form := _saved(request, recipe)) is not None:
        return _page(request, recipe, form, status=422)
    recipe = _recipe_or_404(request, cycle)
    if not Submission.objects.counted_in(recipe.cycle).approved().exists():
        messages.error(request, _("No input of this cycle is approved yet, so there is nothing to compile."))
        return redirect("compendium", cycle)
    return redirect("rendition", renditions.ask_for_compendium(recipe, by=request.user).pk)


def _saved(request, recipe) -> CompendiumForm | None:
    """Saves the recipe; the form with what was typed if it cannot be saved. Without fields there is nothing to save."""
    if not may_compile(request.user):
        raise PermissionDenied
    if "language" not in request.POST and recipe.pk:
        return None
    data = request.POST.copy()
    data.setdefault("language", recipe.language)
    form = CompendiumForm(data, instance=recipe)
    if not form.is_valid():
        return form
    # Not form.save(): of two first saves at once, the second finds the row of the first.
    Compendium.objects.update_or_create(cycle=recipe.cycle, defaults=form.cleaned_data)
    return None


def _not_decided_on(submissions):
    """Filed, and without an approved text that stands: one that was reopened is counted with the approved ones."""
    waiting = submissions.filed().filter(status__in=WITH_IOM | WITH_SECRETARIAT | WITH_PARTNERS)
    return waiting.exclude(pk__in=submissions.approved().values("pk"))


def _page(request, recipe, form, status=200):
    of_cycle = Submission.objects.counted_in(recipe.cycle)
    context = {
        "compendium": recipe,
        "cycle": recipe.cycle,
        "form": form,
        "may_compile": may_compile(request.user),
        "inputs": approved_inputs(recipe.cycle),
        "waiting": _not_decided_on(of_cycle).count(),
        "made": recipe.renditions.select_related("requested_by") if recipe.pk else Rendition.objects.none(),
    }
    return render(request, "submissions/compendium.html", context, status=status)
