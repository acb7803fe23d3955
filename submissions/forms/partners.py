"""The lead's forms of a joint input: who is a partner, what its people may do, and what its letter says."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import ISCM, Endorsement, PartnerEntity, Partnership, Submission
from ..models.people import today
from .details import UploadForm
from .drafts import Line, PlainText, storable
from .filing import LONGEST_COMMENT
from .people import DateInput

Verdict = Endorsement.Verdict
CHOOSE = gettext_lazy("Choose one.")


def access_field():
    return forms.ChoiceField(
        label=gettext_lazy("What the people of this mechanism may do with the draft"),
        choices=lambda: [(access, capfirst(label)) for access, label in Partnership.Access.choices],
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE},
    )


def endorses_field():
    field = Partnership._meta.get_field("endorses")
    return forms.BooleanField(
        label=gettext_lazy("It endorses the text and is named on it"), required=False, help_text=field.help_text
    )


class MechanismChoice(forms.ModelChoiceField):
    def label_from_instance(self, iscm):
        name = f"{iscm.name} ({iscm.acronym})" if iscm.acronym else iscm.name
        return _("%(name)s – dormant") % {"name": name} if iscm.status == ISCM.Status.DORMANT else name


class EntityChoice(forms.ModelChoiceField):
    def label_from_instance(self, entity):
        return f"{entity.name} – {entity.get_kind_display()}"


class AddPartnerForm(forms.Form):
    """One of three: a mechanism, a partner entity of the register, or one that is new to it."""

    MECHANISM, ENTITY, NEW = "iscm", "entity", "new"

    who = forms.ChoiceField(
        label=gettext_lazy("Who is the partner?"), widget=forms.RadioSelect, error_messages={"required": CHOOSE}
    )
    access = access_field()
    endorses = endorses_field()
    name = Line(label=gettext_lazy("Name"), max_length=200)
    acronym = Line(label=gettext_lazy("Acronym (optional)"), max_length=30)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False, widget=forms.RadioSelect)

    def __init__(self, posted=None, *, submission: Submission):
        super().__init__(
            storable(posted), label_suffix="", initial={"access": Partnership.Access.COMMENT, "endorses": True}
        )
        admits = submission.input_type
        partners = submission.partnerships.current()
        self.fields["iscm"] = MechanismChoice(
            ISCM.objects.exclude(pk=submission.iscm_id).exclude(pk__in=partners.exclude(iscm=None).values("iscm")),
            label=_("Mechanism"),
            required=False,
            empty_label=_("Choose a mechanism"),
            error_messages={"invalid_choice": _("This mechanism cannot be added: it takes part already.")},
        )
        self.fields["entity"] = EntityChoice(
            PartnerEntity.objects.filter(kind__in=admits.entity_kinds_admitted).exclude(
                pk__in=partners.exclude(entity=None).values("entity")
            ),
            label=_("Organization"),
            required=False,
            empty_label=_("Choose an organization"),
            error_messages={"invalid_choice": _("This organization cannot be added: it takes part already.")},
        )
        self._offer(admits)

    def _offer(self, admits):
        """Only what the type of input admits; where that is one way only, nobody is asked which."""
        kinds = [(kind, capfirst(PartnerEntity.Kind(kind).label)) for kind in admits.entity_kinds_admitted]
        self.fields["kind"].choices = kinds
        ways = [
            (self.MECHANISM, _("A mechanism of the register"), admits.admits_iscms),
            (self.ENTITY, _("Another organization of the register"), kinds and self.fields["entity"].queryset.exists()),
            (self.NEW, _("An organization that is not in the register yet"), kinds),
        ]
        self.ways = [way for way, _label, is_offered in ways if is_offered]
        self.fields["who"].choices = [(way, label) for way, label, is_offered in ways if is_offered]
        if len(self.ways) == 1:
            self.fields["who"].required = False
        if len(kinds) == 1:
            self.initial["kind"] = kinds[0][0]
        if self.MECHANISM not in self.ways:
            del self.fields["access"], self.fields["endorses"]

    @property
    def asks_who(self):
        return len(self.ways) > 1

    def clean(self):
        cleaned = super().clean()
        way = cleaned["who"] = cleaned.get("who") or (self.ways[0] if len(self.ways) == 1 else "")
        asked = {
            self.MECHANISM: {"iscm": _("Choose a mechanism.")},
            self.ENTITY: {"entity": _("Choose an organization.")},
            self.NEW: {"name": _("Write its name."), "kind": _("Choose its kind.")},
        }
        for field, sentence in asked.get(way, {}).items():
            if not cleaned.get(field) and field not in self.errors:
                self.add_error(field, sentence)
        # What stands under the other ways is not asked, and so cannot be wrong.
        of_way = {**asked.get(way, {}), "who": "", "__all__": ""}
        of_way |= {"access": "", "endorses": ""} if way == self.MECHANISM else {}
        of_way |= {"acronym": ""} if way == self.NEW else {}
        for field in [field for field in self.errors if way and field not in of_way]:
            del self.errors[field]
        return cleaned

    @property
    def partner(self) -> dict:
        """Of a valid form: what `joint.add_partner` takes."""
        given = self.cleaned_data
        if given["who"] == self.MECHANISM:
            return {"iscm": given["iscm"], "access": given["access"], "endorses": given["endorses"]}
        if given["who"] == self.ENTITY:
            return {"entity": given["entity"]}
        name = " ".join(given["name"].split())
        return {"entity": PartnerEntity(name=name, acronym=given["acronym"], kind=given["kind"])}


class RoleForm(forms.Form):
    access = access_field()
    endorses = endorses_field()

    def __init__(self, posted=None, *, partnership: Partnership):
        initial = {"access": partnership.access, "endorses": partnership.endorses}
        super().__init__(storable(posted), label_suffix="", initial=initial)


class NoteForm(forms.Form):
    note = Line(
        label=gettext_lazy("Comment (optional)"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("If you like, say why. The partners read this."),
    )

    def __init__(self, posted=None):
        super().__init__(storable(posted), label_suffix="")


class LetterForm(UploadForm):
    """What a partner without an account has written, with the letter. `sha256` is the text that the page showed."""

    title = language = None  # the portal knows what it is

    sha256 = forms.CharField(required=False, widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        label=gettext_lazy("What the letter says"),
        choices=[
            (Verdict.ENDORSED, gettext_lazy("It endorses the text")),
            (Verdict.WITH_REMARK, gettext_lazy("It endorses the text, with a remark")),
            (Verdict.DECLINED, gettext_lazy("It declines")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE},
    )
    remark = PlainText(
        label=gettext_lazy("The remark, or the reason for declining"),
        help_text=gettext_lazy("In the words of the letter. Leave it empty if it endorses without a remark."),
    )
    signatory = Line(
        label=gettext_lazy("Who signed it"),
        max_length=200,
        required=True,
        help_text=gettext_lazy("Name and function, as in the letter."),
        error_messages={"required": gettext_lazy("Write who signed the letter.")},
    )
    signed_on = forms.DateField(
        label=gettext_lazy("Date of the letter"),
        widget=DateInput(),
        error_messages={
            "required": gettext_lazy("Write the date of the letter."),
            "invalid": gettext_lazy("This is not a date. Write it like 2026-05-31."),
        },
    )

    field_order = ["sha256", "verdict", "remark", "signatory", "signed_on", "file"]

    def __init__(self, posted=None, files=None, *, submission: Submission, sha256: str):
        super().__init__(posted, files, submission=submission)
        self.initial["sha256"] = sha256
        self.fields["file"].label = _("The letter")
        self.fields["file"].help_text = _("As PDF, DOCX or ODT. The partners and IOM can read it.")

    def clean_signed_on(self):
        signed_on = self.cleaned_data["signed_on"]
        if signed_on > today():
            raise forms.ValidationError(_("This day is still to come. Write the date that stands on the letter."))
        return signed_on

    def clean(self):
        cleaned = super().clean()
        verdict = cleaned.get("verdict")
        if verdict and verdict != Verdict.ENDORSED and not (cleaned.get("remark") or "").strip():
            self.add_error(
                "remark",
                _("Write the reason: the others need to know it.")
                if verdict == Verdict.DECLINED
                else _("Write the remark, or choose that it endorses without one."),
            )
        elif verdict == Verdict.ENDORSED and (cleaned.get("remark") or "").strip():
            # It would be recorded and printed nowhere.
            self.add_error("remark", _("Choose that it endorses with a remark, or leave this empty."))
        return cleaned

    def catch_up(self, sha256: str) -> None:
        """The page has now shown this text: sent again, the letter is recorded for it."""
        self.data["sha256"] = sha256

    @property
    def said(self) -> dict:
        """Of a valid form: what `joint.record_letter` takes."""
        names = ("verdict", "remark", "signatory", "signed_on", "file", "sha256")
        return {name: self.cleaned_data[name] for name in names} | {"checked": self.checked}
