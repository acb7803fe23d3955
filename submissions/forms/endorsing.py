"""What a partner answers when it is asked to endorse a text."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Endorsement
from .filing import LONGEST_COMMENT

Verdict = Endorsement.Verdict


class EndorsementForm(forms.Form):
    """Each of its three buttons is an answer. `sha256` is of the text that the page showed."""

    sha256 = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    verdict = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    remark = forms.CharField(
        label=_("Remark, or the reason for declining"),
        help_text=_(
            "The other makers of this input read it. A remark is printed with the list of endorsements in the document."
        ),
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean(self):
        given = super().clean()
        verdict, remark = given.get("verdict"), given.get("remark")
        if verdict not in Verdict.values:
            self.add_error(None, _("Choose one of the three answers."))
        elif verdict == Verdict.ENDORSED and remark:
            self.add_error(
                "remark",
                _("You wrote a remark. Endorse with this remark, or empty the field to endorse without one."),
            )
        elif "remark" in given and not remark and verdict == Verdict.DECLINED:
            self.add_error("remark", _("Write the reason: the others need to know it."))
        elif "remark" in given and not remark and verdict == Verdict.WITH_REMARK:
            self.add_error("remark", _("Write the remark, or endorse without one."))
        return given
