"""Finding inputs on the reviewers' desk. The form owns its filters, and the address of the page carries them."""

from collections.abc import Iterable
from datetime import timedelta

from django import forms
from django.db import models
from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.lookups import Contains
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from objectives.models import Roundtable

from ..commenting import waiting_for_help
from ..models import (
    CLOSED,
    ISCM,
    WITH_IOM,
    WITH_PARTNERS,
    WITH_SECRETARIAT,
    Partnership,
    Reading,
    ReviewCycle,
    Revision,
    Status,
    Submission,
    User,
)
from ..searching import folded
from .desk_choices import DeskChoices


class Turn(models.TextChoices):
    """Whose turn it is, in a word."""

    IOM = "iom", _("IOM")
    MECHANISM = "mechanism", _("Mechanism")
    CLOSED = "closed", _("Closed")


STATUSES_OF = {Turn.IOM: WITH_IOM, Turn.MECHANISM: WITH_SECRETARIAT | WITH_PARTNERS, Turn.CLOSED: CLOSED}


def turn_of(status: str) -> Turn:
    return next(turn for turn, statuses in STATUSES_OF.items() if status in statuses)


class Due(models.TextChoices):
    """By when IOM answers; only what waits for IOM is due."""

    OVERDUE = "overdue", _("Overdue")
    SOON = "soon", _("Within 7 days")
    NONE = "none", _("No date")


class Order(models.TextChoices):
    TURN = "turn", _("IOM’s turn first")
    DUE = "due", _("Due first")
    WAITING = "waiting", _("Longest without a step")
    OLDEST = "oldest", _("Filed first")
    NEWEST = "newest", _("Filed last")
    MECHANISM = "mechanism", _("Mechanism")
    REFERENCE = "reference", _("Reference")


_TURN_RANK = Case(
    *(When(status__in=statuses, then=Value(rank)) for rank, statuses in enumerate(STATUSES_OF.values())),
    output_field=IntegerField(),
)
_ORDERED_BY = {
    Order.TURN: [_TURN_RANK, "last_step_at", "pk"],
    Order.DUE: [Case(When(status__in=WITH_IOM, then="due_on")).asc(nulls_last=True), _TURN_RANK, "last_step_at", "pk"],
    Order.WAITING: ["last_step_at", "pk"],
    Order.OLDEST: ["filed_at", "pk"],
    Order.NEWEST: ["-filed_at", "-pk"],
    Order.MECHANISM: ["iscm__name", "reference"],
    Order.REFERENCE: ["reference"],
}

MINE, NOBODY = "mine", "nobody"
NEW, ASKED = "new", "asked"


def _choice(label, choices: Iterable = ()):
    return forms.ChoiceField(label=label, required=False, choices=_everything_then(choices))


def _everything_then(choices):
    return [("", _("All")), *choices]


class QueueForm(forms.Form):
    q = forms.CharField(
        label=_("Words"), help_text=_("In the title, reference, mechanism or text."), required=False, max_length=200
    )
    turn = _choice(_("Whose turn"), Turn.choices)
    reviewer = _choice(_("Reviewer"))
    due = _choice(_("Due"), Due.choices)
    # A draft that was never filed is not on the desk, and what was filed is never a draft again.
    status = _choice(_("Status"), [choice for choice in Status.choices if choice[0] != Status.DRAFT])
    text = _choice(_("Text"), [(NEW, _("New to me"))])
    help = _choice(_("Help from IOM"), [(ASKED, _("Asked for"))])
    cycle = _choice(_("Review cycle"))
    roundtable = _choice(_("Roundtable"))
    type = _choice(_("Type of input"))
    mechanism = _choice(_("Mechanism"))
    category = _choice(_("Kind of mechanism"), ISCM.Category.choices)
    region = _choice(_("Region"))
    order = forms.ChoiceField(label=_("Order"), required=False, choices=Order.choices)

    FOLDED = ("status", "text", "help", "cycle", "roundtable", "type", "mechanism", "category", "region")

    def __init__(self, data, *, choices: DeskChoices):
        super().__init__(data)
        self.choices = choices
        for name in ("cycle", "type", "mechanism", "region"):
            self.fields[name].choices = _everything_then(choices.of(name))
        roundtables = [(number, str(Roundtable(number=number))) for number, _name in choices.of("roundtable")]
        self.fields["roundtable"].choices = _everything_then(roundtables)
        reviewers = [(MINE, _("Me")), (NOBODY, _("Nobody yet")), *choices.of("reviewer")]
        self.fields["reviewer"].choices = _everything_then(reviewers)

    @property
    def asked(self) -> dict[str, str]:
        """What is asked for, by field; a filter that makes no sense is passed over, and said to be so."""
        self.is_valid()
        return {name: self.cleaned_data[name] for name in self.fields if self.cleaned_data.get(name)}

    @property
    def query(self) -> str:
        """The same as the query of an address, always in the same words."""
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in self.asked.items() if (name, value) != ("order", Order.TURN)})
        return query.urlencode()

    @property
    def in_words(self) -> list[tuple[str, str]]:
        """What is asked for, as people read it: the name of each filter and what it is set to."""
        return [
            (self.fields[name].label, dict(getattr(self.fields[name], "choices", ())).get(value, value))
            for name, value in self.asked.items()
        ]

    def found_in(self, submissions: QuerySet[Submission], *, by: User) -> QuerySet[Submission]:
        """Those that match, in the order asked for."""
        asked = self.asked
        if "cycle" in asked:
            submissions = submissions.counted_in(ReviewCycle.objects.get(code=asked["cycle"]))
        for name, condition in _CONDITIONS.items():
            if name in asked:
                submissions = submissions.filter(condition(asked[name], by))
        for word in filter(None, map(folded, asked.get("q", "").split())):
            submissions = submissions.filter(self._says(word))
        return submissions.order_by(*_ORDERED_BY[asked.get("order", Order.TURN)])

    def _says(self, word):
        """In what was filed, not in what a mechanism is changing just now; or of a mechanism that is called so now."""
        found = Contains(_of_the_newest_revision("words"), word)
        slugs = self.choices.mechanisms_with(word)
        return Q(found) | Q(iscm__slug__in=slugs) if slugs else Q(found)

    @property
    def narrows(self):
        """Whether anything is left out."""
        return any(name != "order" for name in self.asked)

    @property
    def narrows_further(self):
        """Whether by one of the filters that the page keeps folded."""
        return any(name in self.asked or self.has_error(name) for name in self.FOLDED)


def _speaks_to(number, by):
    """What was filed speaks to it; what a mechanism is changing just now is not for the desk."""
    return Q(Contains(_of_the_newest_revision("roundtables"), f",{number},"))


def _of_the_newest_revision(field):
    """Of one for each input. Through a join, PostgreSQL would rather look through all the revisions there are."""
    return Subquery(Revision.objects.filter(pk=OuterRef("newest_revision")).order_by().values(field))


def _reviewed_by(reviewer, by):
    if reviewer == NOBODY:
        return Q(reviewer=None)
    return Q(reviewer=by.pk if reviewer == MINE else int(reviewer))


def _due(when, by):
    today = timezone.localdate()
    dates = {
        Due.OVERDUE: Q(due_on__lt=today),
        Due.SOON: Q(due_on__range=(today, today + timedelta(days=7))),
        Due.NONE: Q(due_on=None),
    }
    return dates[when] & Q(status__in=WITH_IOM)


def _new_to(by):
    return ~Q(pk__in=read_by(by))


def read_by(user: User) -> QuerySet:
    """The inputs of which this person has opened the newest text; an approved revision is the filed one once more."""
    newest = F("revision__submission__newest_revision__sha256")
    return Reading.objects.filter(user=user, revision__sha256=newest).values("revision__submission")


def _made_by(**mechanism):
    """By a mechanism like this as the lead, or as a partner that is named on the text as it was filed last."""
    mechanisms = ISCM.objects.filter(**mechanism)
    partners = Partnership.objects.named_when_filed().filter(iscm__in=mechanisms)
    return Q(iscm__in=mechanisms) | Q(pk__in=partners.values("submission"))


_CONDITIONS = {
    "turn": lambda turn, by: Q(status__in=STATUSES_OF[turn]),
    "reviewer": _reviewed_by,
    "due": _due,
    "status": lambda status, by: Q(status=status),
    "text": lambda _new, by: _new_to(by),
    "help": lambda _asked, by: Q(pk__in=waiting_for_help(by).order_by().values("submission")),
    "roundtable": _speaks_to,
    "type": lambda code, by: Q(input_type__code=code),
    "mechanism": lambda slug, by: _made_by(slug=slug),
    "category": lambda category, by: _made_by(category=category),
    "region": lambda code, by: _made_by(review_regions__code=code),
}

# Each of the figures at the top of the desk, as a question to the form: what it counts is what its address finds.
TILES = {
    "mine": {"turn": Turn.IOM, "reviewer": MINE},
    "iom": {"turn": Turn.IOM},
    "overdue": {"due": Due.OVERDUE},
    "nobody": {"turn": Turn.IOM, "reviewer": NOBODY},
    "mechanism": {"turn": Turn.MECHANISM},
    "closed": {"turn": Turn.CLOSED},
}


def counted(tile: str, by: User) -> Q:
    """What this tile counts."""
    condition = Q()
    for name, value in TILES[tile].items():
        condition &= _CONDITIONS[name](value, by)
    return condition
