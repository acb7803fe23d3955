"""Who is told of a comment: once each, never its writer, and of what IOM says to itself nobody but IOM.

| Comment                   | Told                                                                             |
|---------------------------|----------------------------------------------------------------------------------|
| shared, by IOM            | everyone of the lead, and of the partners of a joint input                       |
| shared, by a maker        | the reviewer of the input, or all who may take it up; of IOM, who wrote there    |
| internal                  | the reviewer of the input; who wrote in that thread                              |
| help asked for            | all who review                                                                   |
| help: a word by a maker   | who of IOM wrote there, or else all who review                                   |
| help: an answer by IOM    | everyone at the mechanism that asked, and whoever asked                          |
| among makers              | nobody                                                                           |
"""

from . import notifications
from .audiences import News, its_reviewer, reviewers_who_may_take_it_up
from .mail_texts import Verbatim
from .mailing import link
from .models import Comment, User
from .permissions import reads_for_iom, reads_working_copy


def tell(comment: Comment) -> None:
    """To be called in the transaction in which it is written."""
    if comment.circle == Comment.Circle.MAKERS:
        return
    name, thread = _name_of(comment), comment.reply_to or comment
    facts = {
        "actor": comment.written_by,
        "of": comment.iscm.short_name if comment.iscm else "IOM",
        "note": comment.text,
        "thread": thread,
        "comment_link": _link_to(comment, name),
    }
    if name == "help_asked":
        # The draft may be one that IOM does not see: neither its title nor its reference.
        facts |= {"mechanism": thread.iscm.name, "is_first": comment == thread}
    else:
        facts |= {"submission": comment.submission}
    for person in _told(comment):
        notifications.write(f"comment:{comment.pk}", name, to=person, **facts)


def _link_to(comment: Comment, name: str) -> Verbatim:
    if name == "help_asked":
        return link("help_thread", (comment.reply_to or comment).pk)
    return Verbatim(f"{link('comments', comment.submission.reference)}#comment-{comment.pk}")


def _name_of(comment: Comment) -> str:
    thread = comment.reply_to or comment
    if thread.asks_for_help:
        return "help_answered" if comment.iscm is None else "help_asked"
    return "comment_internal" if comment.is_internal else "comment"


def _told(comment: Comment) -> list[User]:
    """Whatever the rules above say: a maker hears nothing internal, and who has no part in it hears nothing."""
    is_for_makers = comment.circle == Comment.Circle.SHARED and comment.iscm is None
    submission, may_read = comment.submission, reads_working_copy if is_for_makers else reads_for_iom
    audience = _makers_of(comment) if is_for_makers else _iom_of(comment)
    once = {person.pk: person for person in audience if person != comment.written_by and person.is_active}
    return [person for person in once.values() if may_read(person, submission)]


def _makers_of(comment: Comment) -> list[User]:
    news, thread = News(comment.submission), comment.reply_to
    if thread and thread.asks_for_help:
        return [*news.people_of(thread.iscm_id), thread.written_by]
    return news.people_of(comment.submission.iscm_id, *news.partner_ids)


def _iom_of(comment: Comment) -> list[User]:
    news, thread = News(comment.submission), comment.reply_to or comment
    wrote = User.objects.filter(pk__in=[thread.written_by_id, *thread.replies.values_list("written_by", flat=True)])
    wrote = [person for person in wrote if reads_for_iom(person, comment.submission)]
    if comment.is_internal:
        reviewer = comment.submission.reviewer
        return [reviewer, *wrote] if reviewer else wrote
    if thread.asks_for_help:
        return wrote or list(reviewers_who_may_take_it_up(news))
    return [*its_reviewer(news), *wrote]
