"""A question to the desk kept under a name."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..models import SavedFilter
from .drafts import storable

MOST = 50  # for one person


class SavedFilterForm(forms.ModelForm):
    """`instance` has its owner and its query already."""

    class Meta:
        model = SavedFilter
        fields = ["name", "is_shared"]
        labels = {"name": gettext_lazy("Name"), "is_shared": gettext_lazy("Share it with all of IOM’s reviewers")}
        help_texts = {
            "is_shared": gettext_lazy(
                "They see it on their desk, and its address works for them. “Me” then stands for whoever opens it."
            )
        }
        error_messages = {"name": {"required": gettext_lazy("Enter a name.")}}

    def __init__(self, posted=None, *, instance):
        super().__init__(storable(posted), instance=instance)
        self.fields["name"].widget.attrs["dir"] = "auto"

    def clean_name(self):
        name, own = self.cleaned_data["name"], self.instance.user.saved_filters.exclude(pk=self.instance.pk)
        if own.filter(name=name).exists():
            raise ValidationError(_("You have a saved search of this name already. Give this one another."))
        return name

    def clean(self):
        longest = SavedFilter._meta.get_field("query").max_length
        if len(self.instance.query) > longest:
            raise ValidationError(_("This asks for too many words to be saved. Look for fewer."))
        if self.instance.pk is None and self.instance.user.saved_filters.count() >= MOST:
            raise ValidationError(
                ngettext(
                    "You have %(number)s saved search, which is the most. Delete one first.",
                    "You have %(number)s saved searches, which is the most. Delete one first.",
                    MOST,
                )
                % {"number": MOST}
            )
        return super().clean()
