"""Reading what is said about an input: who reads which of it, who may answer and settle it, in what order it stands.

| Circle   | Reads it                             | Writes                                   | Settles a thread     |
|----------|--------------------------------------|------------------------------------------|----------------------|
| makers   | those who make a joint input         | of these, the lead and who may comment   | its writer, the lead |
| internal | IOM, but for whoever makes the input | the same                                 | the same             |
| shared   | both                                 | IOM, the lead, partners that may comment | and also IOM         |

A thread is in one circle, whoever answers in it: what IOM has said to itself is never opened to a mechanism.
"""

from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from .models import ISCM, SPENT, Comment, OutlineSection, Partnership, Status, Submission, User
from .permissions import is_affiliated_with, is_received, may_draft, reads_for_iom

MAKERS, INTERNAL, SHARED = Comment.Circle.MAKERS, Comment.Circle.INTERNAL, Comment.Circle.SHARED


class Voice:
    """The part that a person has in what is said about one input; the database is asked once, however much is said."""

    def __init__(self, user: User, submission: Submission):
        self.user, self.submission = user, submission

    @cached_property
    def is_of_lead(self) -> bool:
        return is_affiliated_with(self.user, self.submission)

    @cached_property
    def _partnerships(self) -> list[Partnership]:
        if not self.submission.input_type.is_joint:
            return []
        return list(self.submission.partnerships.of(self.user).select_related("iscm").order_by("iscm__name"))

    @cached_property
    def is_maker(self) -> bool:
        return self.is_of_lead or bool(self._partnerships)

    @cached_property
    def is_iom(self) -> bool:
        return not self.is_maker and reads_for_iom(self.user, self.submission)

    @cached_property
    def iscm(self) -> ISCM | None:
        """For whom a maker speaks: the lead where the person is of it; else a partner of theirs that may comment."""
        if self.is_of_lead:
            return self.submission.iscm
        return next((one.iscm for one in self._partnerships if one.access != Partnership.Access.VIEW), None)

    @property
    def may_write(self) -> bool:
        return self.is_iom or self.iscm is not None

    @cached_property
    def circles(self) -> list[Comment.Circle]:
        """What this person reads; the one that fewest read comes first, and is the default for writing."""
        if self.is_iom:
            return [INTERNAL, SHARED]
        if self.is_maker:
            return [MAKERS, SHARED] if self.submission.input_type.is_joint else [SHARED]
        return []

    @cached_property
    def open_circles(self) -> list[Comment.Circle]:
        """Those in which this person may begin a thread now."""
        return [circle for circle in self.circles if self.may_write and not self.why_closed(circle)]

    def why_closed(self, circle: str) -> str:
        """Why nothing can be begun in this circle as things stand; empty where it can."""
        if circle == MAKERS and not self.submission.input_type.is_joint:
            return _("Comments among the makers are for inputs that several make together.")
        if circle == SHARED and not self._is_known_to_iom and self.submission.status not in SPENT:
            return _("IOM does not see this draft. To show IOM something of it, ask for help with a section.")
        return self._why_over(circle)

    def why_unanswerable(self, thread: Comment) -> str:
        """The same for a reply. IOM sees a request for help, also where it does not see the draft."""
        if thread.resolved_at:
            return _("This thread is resolved. Open it again to write in it.")
        return self._why_over(thread.circle)

    def _why_over(self, circle: str) -> str:
        is_open = {
            MAKERS: self.submission.is_editable,
            # After the decision, too: why it was taken, what to look at next time.
            INTERNAL: self._is_known_to_iom and self.submission.status != Status.WITHDRAWN,
            SHARED: self.submission.status not in SPENT,
        }[circle]
        if is_open:
            return ""
        status = self.submission.get_status_display()
        return _("Comments are closed: this input is in the state “%(status)s”.") % {"status": status}

    @cached_property
    def _is_known_to_iom(self) -> bool:
        return bool(self.submission.filed_at) or is_received(self.submission)

    @cached_property
    def may_ask_for_help(self) -> bool:
        """Whoever writes it for a mechanism; not IOM's own people, who enter what came by mail."""
        return self.is_maker and self.submission.status not in SPENT and may_draft(self.user, self.submission)

    def reads(self, comment: Comment) -> bool:
        return comment.circle in self.circles

    def may_reply(self, thread: Comment) -> bool:
        return self.may_write and self.reads(thread) and not self.why_unanswerable(thread)

    def has_a_say_on(self, thread: Comment) -> bool:
        """Whether this person may settle it at the right moment.

        Whoever began it, as long as they take part; the lead; and of IOM anybody, for they answer for each other.
        """
        if not self.reads(thread):
            return False
        return self.is_iom or self.is_of_lead or (self.is_maker and thread.written_by_id == self.user.pk)

    def may_settle(self, thread: Comment) -> bool:
        return self.has_a_say_on(thread) and not self._why_over(thread.circle)

    def why_unsettled(self, thread: Comment) -> str:
        return self._why_over(thread.circle)


def readable(voice: Voice) -> QuerySet[Comment]:
    """What this person may read of what is said about the input. Every page and every mail begins here."""
    return voice.submission.comments.filter(circle__in=voice.circles)


@dataclass(frozen=True)
class Thread:
    """What somebody has begun, what others answered, and what the reader may do with it."""

    begun: Comment
    may_reply: bool = False
    may_settle: bool = False
    replies: list[Comment] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.begun.resolved_at is None

    @property
    def comments(self) -> list[Comment]:
        return [self.begun, *self.replies]


@dataclass(frozen=True)
class Topic:
    """All threads about one section and its objectives; `section` None: about the input as a whole."""

    section: OutlineSection | None
    open: list[Thread] = field(default_factory=list)
    resolved: list[Thread] = field(default_factory=list)


def sections_of(submission: Submission) -> QuerySet[OutlineSection]:
    """Those that the type of input asks for, in the order of its task list."""
    asked = OutlineSection.objects.with_texts().filter(type_sections__input_type=submission.input_type_id)
    return asked.order_by("type_sections__position")


def topics(voice: Voice) -> list[Topic]:
    """Of every section that something was said about, the whole input first. Costs the same however much was said."""
    found = _threads(voice, readable(voice))
    about = {thread.begun.section_id: thread.begun.section for thread in found}
    order = {section.pk: place for place, section in enumerate(sections_of(voice.submission))}
    # A section that the type does not ask for any more comes last.
    in_order = sorted(about, key=lambda pk: -1 if pk is None else order.get(pk, len(order)))
    topics = {pk: Topic(about[pk]) for pk in in_order}
    for thread in found:
        topic = topics[thread.begun.section_id]
        (topic.open if thread.is_open else topic.resolved).append(thread)
    return list(topics.values())


def open_about(voice: Voice, section: OutlineSection, objective=None) -> list[Thread]:
    """For whoever writes the section: what is open there. Of an objective, also what is about all of them.

    Never what is IOM's own: somebody else may be looking over the shoulder of whoever edits.
    """
    said = readable(voice).exclude(circle=INTERNAL).filter(section=section)
    threads = [thread for thread in _threads(voice, said) if thread.is_open]
    if objective is None:
        return threads
    return [thread for thread in threads if thread.begun.objective_id in (None, objective.pk)]


def thread_of(voice: Voice, comment: Comment) -> Thread:
    """The one that this comment began."""
    return _threads(voice, readable(voice).filter(Q(pk=comment.pk) | Q(reply_to=comment)))[0]


def _threads(voice: Voice, said: QuerySet[Comment]) -> list[Thread]:
    """The whole input first, then by objective, and as they were begun."""
    said = said.select_related("written_by", "resolved_by", "iscm", "section", "objective")
    said = list(said.prefetch_related("section__texts", "objective__texts"))
    found = {}
    for comment in said:
        comment.submission = voice.submission
        if comment.reply_to_id is None:
            found[comment.pk] = Thread(comment, voice.may_reply(comment), voice.may_settle(comment))
    for comment in said:
        if comment.reply_to_id in found:
            found[comment.reply_to_id].replies.append(comment)
    return sorted(found.values(), key=lambda thread: thread.begun.objective.number if thread.begun.objective else 0)


def open_by_section(voice: Voice) -> dict[str, int]:
    """How many threads are open about each section, by its code; "" of the input as a whole."""
    counted = readable(voice).threads().open().order_by().values_list("section__code")
    return {code or "": number for code, number in counted.annotate(number=Count("pk"))}
