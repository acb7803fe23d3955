"""What the filters of the desk offer: everything that something filed has to do with, under the name that it has now.

Every page of the desk names all of it, in its filters and in its rows: so it is read in one query, whatever there is.
"""

from collections import defaultdict
from operator import itemgetter

from django.db.models import CharField, F, FilteredRelation, Q, QuerySet, Value, Window
from django.db.models.functions import Cast, Coalesce, NullIf, RowNumber
from django.utils.translation import get_language

from objectives.models import ENGLISH, Roundtable, Wording

from ..models import ISCM, InputType, Partnership, Region, ReviewCycle, Submission, User
from ..searching import folded

_NOTHING = Value("")


class DeskChoices:
    """By the name of a filter and the key that an address gives: the slug of a mechanism, the code of a cycle."""

    def __init__(self):
        self._reader = (get_language() or ENGLISH).split("-")[0]
        texts = defaultdict(lambda: defaultdict(dict))
        self._words_of_mechanisms = {}
        for name, _place, key, text, language, is_official, more in sorted(self._rows(), key=itemgetter(0, 1)):
            # As in Worded.wording: English is shown though nobody has verified it, another language is not.
            texts[name][key][language] = text if language == ENGLISH or is_official else ""
            if name == "mechanism":
                self._words_of_mechanisms[key] = folded(f"{text}\n{more}")
        self._names = {name: {key: self._wording(key, of) for key, of in keys.items()} for name, keys in texts.items()}

    def of(self, name: str) -> list[tuple[str, str]]:
        return [(key, str(wording)) for key, wording in self._names.get(name, {}).items()]

    def named(self, name: str, key: str) -> Wording:
        return self._names[name][key]

    def mechanisms_with(self, word: str) -> list[str]:
        """The slugs of those that have this word, which is folded, in the name or acronym that they have now."""
        return [slug for slug, words in self._words_of_mechanisms.items() if word in words]

    def _wording(self, key, texts):
        for language in (self._reader, ENGLISH):
            if texts.get(language):
                return Wording(texts[language], language)
        return Wording(key, ENGLISH)

    def _rows(self):
        filed = Submission.objects.filed()
        named = Partnership.objects.named_when_filed().filter(submission__filed_at__isnull=False)
        cycles = ReviewCycle.objects.filter(
            Q(pk__in=filed.values("cycle")) | Q(region__in=filed.filter(regions__isnull=False).values("regions"))
        )
        types = InputType.objects.filter(pk__in=filed.values("input_type"))
        mechanisms = ISCM.objects.filter(Q(pk__in=filed.values("iscm")) | Q(pk__in=named.values("iscm")))
        reviewers = User.objects.filter(pk__in=filed.values("reviewer"))
        person = Coalesce(NullIf("name", Value("")), "email")
        return self._worded("cycle", cycles, key="code", text="name").union(
            self._worded("type", types, key="code", text="short_name"),
            self._worded("region", Region.objects.all(), key="code", text="name"),
            self._unworded("roundtable", Roundtable.objects.all(), key="number"),
            self._unworded("mechanism", mechanisms, key="slug", text=F("name"), more=F("acronym")),
            self._unworded("reviewer", reviewers, key="pk", text=person),
            all=True,
        )

    def _worded(self, name: str, rows: QuerySet, *, key: str, text: str) -> QuerySet:
        in_languages = Q(texts__language__in={self._reader, ENGLISH})
        rows = rows.annotate(worded=FilteredRelation("texts", condition=in_languages))
        told = Coalesce(F(f"worded__{text}"), Value("")), Coalesce(F("worded__language"), Value(ENGLISH))
        return self._columns(name, rows, key, *told, Coalesce(F("worded__verified"), Value(False)), _NOTHING)

    def _unworded(self, name: str, rows: QuerySet, *, key: str, text=_NOTHING, more=_NOTHING) -> QuerySet:
        return self._columns(name, rows, key, text, Value(ENGLISH), Value(True), more)

    @staticmethod
    def _columns(name, rows, key, text, language, is_official, more):
        """Alike for all, in the order of the model."""
        in_order = Window(RowNumber(), order_by=rows.model._meta.ordering)
        as_text = {"output_field": CharField()}
        told = [Cast(expression, **as_text) for expression in (Value(name), F(key), text, language, more)]
        name, key, text, language, more = told
        return rows.order_by().values_list(name, in_order, key, text, language, is_official, more)
