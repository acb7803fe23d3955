"""Template tags of the printed documents; `documents/html.py` has what they do."""

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext as _

from objectives.models import direction_of
from submissions.documents import html

register = template.Library()

register.filter("name", html.name)
register.filter("mechanism", html.mechanism_name)
register.filter("made_by", html.made_by)
register.filter("objective_label", html.objective_label)
register.filter("roundtable_label", html.roundtable_label)
register.filter("answer", html.answer)
register.filter("plain_answer", html.answer_to_plain_question)
register.filter("language_name", html.language_name)
register.filter("day", html.day)
register.filter("filesize_of", html.size)


@register.simple_tag(takes_context=True)
def frame(context, text):
    """A label of ours: `{% frame _("Mechanism") %}`."""
    return html.framed(text, context["document_language"])


@register.simple_tag(takes_context=True)
def worded(context, wording):
    """An official wording as it was frozen: `{% worded block.title %}`."""
    return html.worded(wording, context["document_language"])


@register.filter
def roundtable_anchor(number):
    return f"roundtable-{number}"


@register.filter
def objective_anchor(number):
    return f"objective-{number}"


@register.filter
def input_anchor(reference):
    return f"input-{reference}"


@register.simple_tag
def reference_of(one):
    """The input's reference, as a link to its line in the list of inputs."""
    return format_html('<a href="#{}">{}</a>', input_anchor(one.reference), one.reference)


@register.simple_tag(takes_context=True)
def filed_to(context, one):
    """Of an input that counts here and was filed to another review: to which."""
    review = html.worded(one.filed_to, context["document_language"])
    return format_html(_("filed to {review}"), review=review)


@register.simple_tag(takes_context=True)
def own_language(context, one):
    """The attributes of an element that holds an input's own words."""
    if one.language == context["document_language"]:
        return ""
    return format_html('lang="{}" dir="{}"', one.language, direction_of(one.language))


@register.inclusion_tag("documents/_contents_line.html", takes_context=True)
def contents_line(context, anchor, label, title=None, is_below=False):
    title = html.worded(title, context["document_language"]) if title else ""
    return {"anchor": anchor, "label": label, "title": title, "is_below": is_below}
