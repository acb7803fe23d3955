"""Asking for every page of the portal as one person, for tests of what nobody may find there.

The addresses are made from the URLconf: one that is new is asked for as well, and one whose names are not known here
fails the test that walks.
"""

from itertools import product

from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from submissions import bulk, stopping, transitions
from submissions.models import (
    ISCM,
    Affiliation,
    Attachment,
    ChangeRequest,
    Clearance,
    Comment,
    InputType,
    Invitation,
    OutlineSection,
    Partnership,
    Rendition,
    ReviewCycle,
    SavedFilter,
    Submission,
    User,
)

# What the number in an address is a number of, by the name of the address.
ROWS = {
    Affiliation: ["end_affiliation", "hand_over"],
    Invitation: ["resend_invitation", "revoke_invitation"],
    Partnership: ["partner", "remove_partner", "record_letter", "partner_changes", "offer_lead"],
    Attachment: ["attachment", "remove_attachment"],
    Comment: [
        "reply_to_comment", "resolve_comment", "reopen_comment", "help_thread", "resolve_help", "reopen_help",
    ],
    Clearance: ["strike_clearance"],
    Rendition: ["rendition", "rendition_file", "retry_rendition"],
    SavedFilter: ["open_filter", "change_filter", "delete_filter"],
    ChangeRequest: ["edit_change", "remove_change"],
}  # fmt: skip
MODEL_OF = {name: model for model, names in ROWS.items() for name in names}
TOKENS = {
    "accept_invitation": lambda: Invitation.objects.values_list("token", flat=True),
    "stop_reminders": lambda: [stopping.token_of(user, one) for user, one in product(_anybody(), _inputs())],
    "stop_notices": lambda: [stopping.token_for_notices_of(user) for user in _anybody()],
}


def _anybody():
    return User.objects.all()[:1]


def _inputs():
    return Submission.objects.all()[:1]


def _sections():
    """Of those that the inputs in the database ask for, one of each kind, and all that somebody has spoken of."""
    asked = OutlineSection.objects.filter(type_sections__input_type__submissions__isnull=False).distinct()
    of_each_kind = {section.kind: section.code for section in asked}
    return {*of_each_kind.values(), *asked.filter(comments__isnull=False).values_list("code", flat=True)}


def _comments() -> list[int]:
    """One of each sort."""
    sorts = {(one.circle, one.asks_for_help, bool(one.reply_to_id)): one.pk for one in Comment.objects.all()}
    return list(sorts.values())


KNOWN = {
    "reference": lambda: Submission.objects.values_list("reference", flat=True),
    "slug": lambda: ISCM.objects.filter(affiliations__isnull=False).distinct().values_list("slug", flat=True),
    "mechanism": lambda: ISCM.objects.filter(affiliations__isnull=False).distinct().values_list("slug", flat=True),
    "cycle": lambda: ReviewCycle.objects.filter(submissions__isnull=False).distinct().values_list("code", flat=True),
    "type": lambda: InputType.objects.filter(submissions__isnull=False).distinct().values_list("code", flat=True),
    "code": _sections,
    "number": lambda: [7],
    "name": lambda: [*transitions.TRANSITIONS],
    "act": lambda: [*bulk.ACTS],
    "key": lambda: ["no-such-key"],
}


def patterns(resolver=None):
    """Those that are ours, not those of the sign-in and of the administration."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        elif entry.name and entry.lookup_str.startswith("submissions.views"):
            yield entry


def values_of(address: str, name: str) -> list:
    if name == "pk":
        assert address in MODEL_OF, f"every_page.py does not know what the number in “{address}” is a number of"
        return (
            _comments()
            if MODEL_OF[address] is Comment
            else list(MODEL_OF[address].objects.values_list("pk", flat=True))
        )
    if name == "token":
        assert address in TOKENS, f"every_page.py does not know the token in “{address}”"
        return list(TOKENS[address]())
    assert name in KNOWN, f"every_page.py does not know what to put for “{name}” into “{address}”"
    return list(KNOWN[name]())


def addresses(*, is_complete=True) -> list[str]:
    """All that can be made of what is in the database; if `is_complete`, every name of the URLconf has to give one."""
    found, not_made = [], []
    for pattern in patterns():
        names = list(pattern.pattern.converters)
        made = [
            reverse(pattern.name, kwargs=dict(zip(names, values, strict=True)))
            for values in product(*(values_of(pattern.name, name) for name in names))
        ]
        found += made
        if not made:
            not_made.append(pattern.name)
    assert not (is_complete and not_made), f"Nothing in the database to open these with: {not_made}"
    return [*found, *_with_questions()]


def _with_questions() -> list[str]:
    """Pages that say something else when they are asked something."""
    asked = []
    for submission in Submission.objects.all():
        here = reverse("submission", args=[submission.reference])
        asked += [f"{here}?revision={revision.number}" for revision in submission.revisions.all()]
        asked += [f"{here}compare/?old=1&new=2", f"{here}check/", f"{here}comments/?section=annexes"]
    return asked


def what_is_answered(person, *, methods=("get", "post"), **which):
    """(address, whole answer) of everything, asked for and posted to; what it changed is taken back."""
    client = Client(raise_request_exception=True)
    if person:
        client.force_login(person)
    for address in addresses(**which):
        for method in methods:
            with transaction.atomic():
                response = getattr(client, method)(address)
                if person:
                    client.force_login(person)  # some of them sign out
                transaction.set_rollback(True)
            whole = b"".join(response.streaming_content) if response.streaming else response.content
            yield f"{method.upper()} {address}", whole


def seen_by(person, word: str, **how) -> list[str]:
    return [address for address, whole in what_is_answered(person, **how) if word.encode() in whole]
