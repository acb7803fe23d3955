"""The recipe of a compendium."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from ..documents.html import frame_language
from ..models import Compendium
from .rich_text import RichTextField


class CompendiumForm(forms.ModelForm):
    foreword = RichTextField(
        label=_("Foreword"),
        required=False,
        help_text=_("Printed after the note on the compilation. Leave it empty for a compendium without one."),
    )
    language = forms.ChoiceField(
        label=_("Language of the frame"),
        help_text=_("Of headings, tables and notes. Every input stays in the language in which it was filed."),
    )

    class Meta:
        model = Compendium
        fields = ["foreword", "language"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Only languages that the portal has been translated into: a frame half in English would please nobody.
        self.fields["language"].choices = [
            (code, name) for code, name in settings.LANGUAGES if frame_language(code) == code
        ]
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.layout = Layout("foreword", "language")
