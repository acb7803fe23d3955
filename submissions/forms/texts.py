"""Sections that are a text, with or without boxes to tick."""

from django.utils.translation import gettext as _

from ..models import Term
from .drafts import SectionForm, Ticks
from .rich_text import RichTextField

Vocabulary = Term.Vocabulary


class TextForm(SectionForm):
    # The names of the groups of boxes, and the vocabulary that each offers.
    vocabularies: dict[str, str] = {}

    def ask(self):
        for name, vocabulary in self.vocabularies.items():
            self.fields[name] = Ticks(label=self.label_of(name), choices=self._offered(vocabulary))
        self.fields["text"] = RichTextField(
            label=_("Text"),
            required=False,
            word_limit=self.submission.word_limit_of(self.section),
            language=self.submission.language,
        )

    def label_of(self, name):
        raise NotImplementedError  # a form with groups of boxes names them

    def _offered(self, vocabulary):
        """Those on offer, and those ticked before they were withdrawn from it."""
        terms = Term.objects.filter(vocabulary=vocabulary).with_texts()
        ticked = set(self.submission.terms.values_list("pk", flat=True))
        return [(term.code, term.name) for term in terms if term.is_offered or term.pk in ticked]

    def stored(self, submission):
        answer = submission.answers.filter(section=self.section).first()
        values = {"text": answer.text if answer else ""}
        ticked = set(submission.terms.values_list("code", flat=True))
        for name in self.vocabularies:
            values[name] = [code for code, _label in self.fields[name].choices if code in ticked]
        return values

    def write(self, submission):
        for name, vocabulary in self.vocabularies.items():
            submission.terms.remove(*submission.terms.filter(vocabulary=vocabulary))
            submission.terms.add(*Term.objects.filter(vocabulary=vocabulary, code__in=self.values()[name]))


class ContributionForm(TextForm):
    vocabularies = {"formats": Vocabulary.CONTRIBUTION, "priorities": Vocabulary.PRIORITY}

    def label_of(self, name):
        return {"formats": _("Formats of the contribution"), "priorities": _("Priorities")}[name]


class ChallengesForm(TextForm):
    vocabularies = {"challenges": Vocabulary.CHALLENGE, "responses": Vocabulary.RESPONSE}

    def label_of(self, name):
        return {"challenges": _("Challenges"), "responses": _("How they can be addressed")}[name]
