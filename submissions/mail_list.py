"""Every mail of the portal by its name, for those who may write its words: what it is, and what can stand in it."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Placeholder:
    """What an administrator may put in braces. `source` is ours: a fragment of a template, never their words."""

    explanation: str
    source: str


PLACEHOLDERS = {
    "recipient": Placeholder(_("the name of the reader"), "{{ recipient }}"),
    "portal": Placeholder(_("the name of this portal"), "{{ portal_name }}"),
    "reference": Placeholder(_("the reference of the input"), "{{ submission.reference }}"),
    "title": Placeholder(_("its title"), "{{ title }}"),
    "type": Placeholder(_("its type"), "{{ submission.input_type.short_name }}"),
    "mechanism": Placeholder(_("the mechanism that files, or leads"), "{{ mechanism }}"),
    "cycle": Placeholder(_("the review cycle"), "{{ cycle }}"),
    "status": Placeholder(_("the status of the input"), "{{ status }}"),
    "actor": Placeholder(_("who did it"), "{{ actor }}"),
    "partner": Placeholder(_("the partner that it is about"), "{{ partner }}"),
    "deadline": Placeholder(
        _("the deadline, in the reader’s time zone; nothing where there is none"),
        '{% if due_at %}{{ due_at|date:"DATETIME_FORMAT" }} ({{ zone }}){% endif %}',
    ),
    "days_left": Placeholder(_("how many days are left until then"), "{{ days_left|default_if_none:'' }}"),
    "note": Placeholder(_("the comment or the reason, quoted"), "{{ note }}"),
    "requests": Placeholder(
        _("the changes asked for, each with its section"),
        "{% for request in requests %}{{ request.heading }}\n{{ request.text }}\n{% endfor %}",
    ),
    "link": Placeholder(_("the address of the page that the mail leads to"), ""),  # another one for each mail
    "standard_text": Placeholder(_("the whole text as the portal would write it"), "{{ standard_text }}"),
}

ALWAYS = ("recipient", "portal", "link", "standard_text")
OF_AN_INPUT = (*ALWAYS, "reference", "title", "type", "mechanism", "cycle", "status")
OF_A_STEP = (*OF_AN_INPUT, "actor")
WITH_NOTE = (*OF_A_STEP, "note")
OF_A_PARTNER = (*WITH_NOTE, "partner")
TO_BE_ANSWERED = (*WITH_NOTE, "deadline", "days_left")

TO_THE_INPUT = "{{ input_link }}"
TO_ITS_TASKS = "{{ tasks_link }}"
TO_ITS_RECEIPT = "{{ receipt_link }}"
TO_THE_PARTNERS = "{{ partners_link }}"
TO_THE_ANSWERS = "{% for one in answers %}{{ one.link }}\n{% endfor %}"


@dataclass(frozen=True)
class Editable:
    """One mail. `asks` where its reader is to act: such a mail has to say where."""

    label: str
    placeholders: tuple[str, ...] = OF_AN_INPUT
    link: str = TO_THE_INPUT
    asks: bool = False


MAILS: dict[str, Editable] = {
    # To the mechanism that files, or leads
    "receipt": Editable(_("receipt of a filing"), OF_A_STEP, TO_ITS_RECEIPT),
    "receipt_again": Editable(_("receipt of a changed text"), OF_A_STEP, TO_ITS_RECEIPT),
    "taken_up": Editable(_("IOM has begun to review"), OF_A_STEP),
    "changes_requested": Editable(_("IOM asks for changes"), (*WITH_NOTE, "requests"), TO_ITS_TASKS, asks=True),
    "approved": Editable(_("an input is approved"), WITH_NOTE),
    "declined": Editable(_("an input is declined"), WITH_NOTE),
    "reopened": Editable(_("IOM has reopened an approved input"), (*WITH_NOTE, "requests"), TO_ITS_TASKS, asks=True),
    "reminded_of_changes": Editable(_("reminder: IOM waits for changes"), OF_A_STEP, TO_ITS_TASKS, asks=True),
    "withdrawn": Editable(_("an input is withdrawn"), WITH_NOTE),
    "deadline": Editable(
        _("notice before a deadline"),
        (*ALWAYS, "mechanism", "cycle", "deadline", "days_left"),
        "{{ home_link }}",
        asks=True,
    ),
    # Of what came by mail
    "please_confirm": Editable(
        _("IOM has entered an input for you: please confirm"), OF_A_STEP, "{{ confirm_link }}", asks=True
    ),
    "confirmed": Editable(_("the mechanism has confirmed what IOM entered"), WITH_NOTE),
    "objected": Editable(_("the mechanism says that what IOM entered is not right"), WITH_NOTE),
    # To IOM
    "new_input": Editable(_("to IOM: a new input"), OF_A_STEP, asks=True),
    "resubmitted": Editable(_("to IOM: a changed text"), WITH_NOTE),
    "assigned": Editable(_("to IOM: an input to review"), WITH_NOTE, asks=True),
    "due_set": Editable(_("to IOM: another date for a review"), WITH_NOTE),
    # Of joint inputs
    "joint_news": Editable(_("to partners: what happened to a joint input"), WITH_NOTE),
    "endorsement_asked": Editable(_("to partners: please endorse"), TO_BE_ANSWERED, TO_THE_ANSWERS, asks=True),
    "look_again": Editable(_("to partners: the text has changed"), TO_BE_ANSWERED, TO_THE_ANSWERS, asks=True),
    "reminder": Editable(_("to partners: reminder to answer"), TO_BE_ANSWERED, TO_THE_ANSWERS, asks=True),
    "nobody_may_answer": Editable(_("to partners: nobody there may answer"), TO_BE_ANSWERED, asks=True),
    "taken_back": Editable(_("to partners: not to be endorsed now"), WITH_NOTE),
    "partner_answered": Editable(_("to the lead: a partner has answered"), OF_A_PARTNER, TO_THE_PARTNERS),
    "partner_added": Editable(_("to a partner: added"), OF_A_PARTNER),
    "partner_changed": Editable(_("to a partner: its role has changed"), OF_A_PARTNER),
    "partner_removed": Editable(_("to a partner: no longer one"), OF_A_PARTNER),
    "lead_offered": Editable(
        _("to a partner: the lead is offered"), (*OF_A_PARTNER, "deadline"), "{{ lead_offer_link }}", asks=True
    ),
    "lead_offer_withdrawn": Editable(_("to a partner: the offer is taken back"), OF_A_PARTNER),
    "lead_accepted": Editable(_("the lead has passed to a partner"), OF_A_PARTNER),
    "lead_declined": Editable(_("to the lead: a partner declines the lead"), OF_A_PARTNER, TO_THE_PARTNERS),
    # About comments
    "comment": Editable(_("a comment that a mechanism and IOM share"), WITH_NOTE, "{{ comment_link }}"),
    "comment_internal": Editable(_("to IOM: an internal comment"), WITH_NOTE, "{{ comment_link }}"),
    "help_asked": Editable(
        _("to IOM: a mechanism asks for help"),
        (*ALWAYS, "mechanism", "actor", "note"),
        "{{ comment_link }}",
        asks=True,
    ),
    "help_answered": Editable(_("IOM has answered a request for help"), WITH_NOTE, "{{ comment_link }}"),
    # Once a day
    "digest": Editable(_("what there is, once a day"), ALWAYS, "{{ home_link }}"),
}
