"""Finding inputs on the reviewers' desk. The form owns its filters, and the address of the page carries them."""

from django import forms
from django.db import models
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from objectives.models import Roundtable

from ..models import (
    CLOSED,
    ISCM,
    WITH_IOM,
    WITH_PARTNERS,
    WITH_SECRETARIAT,
    InputType,
    Partnership,
    Region,
    ReviewCycle,
    Revision,
    Status,
    Submission,
    SubmissionEvent,
    User,
)
from ..searching import folded


class Turn(models.TextChoices):
    """Whose turn it is, in a word."""

    IOM = "iom", _("IOM")
    MECHANISM = "mechanism", _("Mechanism")
    CLOSED = "closed", _("Closed")


STATUSES_OF = {Turn.IOM: WITH_IOM, Turn.MECHANISM: WITH_SECRETARIAT | WITH_PARTNERS, Turn.CLOSED: CLOSED}


def turn_of(status: str) -> Turn:
    return next(turn for turn, statuses in STATUSES_OF.items() if status in statuses)


class Order(models.TextChoices):
    TURN = "turn", _("IOM’s turn first")
    WAITING = "waiting", _("Longest without a step")
    OLDEST = "oldest", _("Filed first")
    NEWEST = "newest", _("Filed last")
    MECHANISM = "mechanism", _("Mechanism")
    REFERENCE = "reference", _("Reference")


_FIELDS_OF = {
    Order.TURN: ["turn_rank", "last_step_at", "pk"],
    Order.WAITING: ["last_step_at", "pk"],
    Order.OLDEST: ["filed_at", "pk"],
    Order.NEWEST: ["-filed_at", "-pk"],
    Order.MECHANISM: ["iscm__name", "reference"],
    Order.REFERENCE: ["reference"],
}

MINE, NOBODY = "mine", "nobody"


def _everything_then(choices):
    return [("", _("All")), *choices]


def _one_of(rows, *, key, label):
    """A choice among rows; `key` is what the address says, so that people can read and share it."""
    return forms.ModelChoiceField(rows, to_field_name=key, label=label, required=False, empty_label=_("All"))


class QueueForm(forms.Form):
    q = forms.CharField(
        label=_("Words"), help_text=_("In the title, reference, mechanism or text."), required=False, max_length=200
    )
    turn = forms.ChoiceField(label=_("Whose turn"), required=False, choices=_everything_then(Turn.choices))
    # A draft that was never filed is not on the desk, and what was filed is never a draft again.
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=_everything_then(choice for choice in Status.choices if choice[0] != Status.DRAFT),
    )
    reviewer = forms.ChoiceField(label=_("Reviewer"), required=False)
    cycle = _one_of(ReviewCycle.objects.none(), key="code", label=_("Review cycle"))
    roundtable = _one_of(Roundtable.objects.with_texts(), key="number", label=_("Roundtable"))
    mechanism = _one_of(ISCM.objects.none(), key="slug", label=_("Mechanism"))
    category = forms.ChoiceField(
        label=_("Kind of mechanism"), required=False, choices=_everything_then(ISCM.Category.choices)
    )
    region = _one_of(Region.objects.with_texts(), key="code", label=_("Region"))
    type = _one_of(InputType.objects.none(), key="code", label=_("Type of input"))
    order = forms.ChoiceField(label=_("Order"), required=False, choices=Order.choices)

    FOLDED = ("status", "cycle", "roundtable", "type", "mechanism", "category", "region")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        filed = Submission.objects.filed()
        self.fields["cycle"].queryset = ReviewCycle.objects.filter(
            Q(pk__in=filed.values("cycle")) | Q(region__in=filed.values("regions"))
        ).with_texts()
        partners = Partnership.objects.named_when_filed().filter(submission__in=filed)
        self.fields["mechanism"].queryset = ISCM.objects.filter(
            Q(pk__in=filed.values("iscm")) | Q(pk__in=partners.values("iscm"))
        )
        self.fields["type"].queryset = InputType.objects.filter(pk__in=filed.values("input_type")).with_texts()
        self.fields["type"].label_from_instance = lambda input_type: input_type.short_name
        self.fields["reviewer"].choices = _everything_then(
            [
                (MINE, _("Me")),
                (NOBODY, _("Nobody yet")),
                *((str(user.pk), user.name) for user in User.objects.filter(pk__in=filed.values("reviewer"))),
            ]
        )

    def found_in(self, submissions, *, by: User):
        """Those that match, in the order asked for; a filter that makes no sense is passed over and said to be so."""
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        submissions = submissions.annotate(
            last_step_at=_newest(SubmissionEvent, "-at", "at"),
            newest_revision=_newest(Revision, "-number", "pk"),
            turn_rank=Case(
                *(When(status__in=statuses, then=Value(rank)) for rank, statuses in enumerate(STATUSES_OF.values())),
                output_field=IntegerField(),
            ),
        )
        if cycle := asked.get("cycle"):
            submissions = submissions.counted_in(cycle)
        for name, condition in _CONDITIONS.items():
            if name in asked:
                submissions = submissions.filter(condition(asked[name]))
        if reviewer := asked.get("reviewer"):
            submissions = submissions.filter(_reviewed_by(reviewer, by))
        for word in filter(folded, asked.get("q", "").split()):
            submissions = submissions.filter(_says(word))
        return submissions.order_by(*_FIELDS_OF[asked.get("order", Order.TURN)])

    @property
    def narrows(self):
        """Whether anything is left out."""
        return any(value for name, value in self.cleaned_data.items() if name != "order")

    @property
    def narrows_further(self):
        """Whether by one of the filters that the page keeps folded."""
        return any(self.cleaned_data.get(name) or self.has_error(name) for name in self.FOLDED)


def _newest(model, order, field):
    return Subquery(model.objects.filter(submission=OuterRef("pk")).order_by(order).values(field)[:1])


def _speaks_to(roundtable):
    """What was filed speaks to it; what a mechanism is changing just now is not for the desk."""
    number = f",{roundtable.number},"
    return Exists(Revision.objects.filter(pk=OuterRef("newest_revision"), roundtables__contains=number))


def _reviewed_by(reviewer, by):
    if reviewer == NOBODY:
        return Q(reviewer=None)
    return Q(reviewer=by.pk if reviewer == MINE else int(reviewer))


def _made_by(**mechanism):
    """By a mechanism like this as the lead, or as a partner that is named on the text as it was filed last."""
    mechanisms = ISCM.objects.filter(**mechanism)
    partners = Partnership.objects.named_when_filed().filter(iscm__in=mechanisms)
    return Q(iscm__in=mechanisms) | Q(pk__in=partners.values("submission"))


def _says(word):
    """In what was filed, not in what a mechanism is changing just now."""
    return (
        Exists(Revision.objects.filter(pk=OuterRef("newest_revision"), words__contains=folded(word)))
        | Q(iscm__name__icontains=word)
        | Q(iscm__acronym__icontains=word)
    )


_CONDITIONS = {
    "turn": lambda turn: Q(status__in=STATUSES_OF[turn]),
    "status": lambda status: Q(status=status),
    "roundtable": _speaks_to,
    "mechanism": lambda iscm: _made_by(pk=iscm.pk),
    "category": lambda category: _made_by(category=category),
    "region": lambda region: _made_by(review_regions=region),
    "type": lambda input_type: Q(input_type=input_type),
}
