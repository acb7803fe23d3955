"""Notices before a deadline, to those who may file for a mechanism that is not done; once an hour: see `send_due`.

A mechanism is *done* with a review cycle once it has filed, alone or as a partner that endorses, and has no unfiled
draft left. What IOM has returned was filed: it may come back after the deadline.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from .completeness import missing
from .content import load
from .mailing import as_read_by, link, stop_notices_link
from .models import (
    ISCM,
    WITH_PARTNERS,
    Affiliation,
    Extension,
    Mail,
    Partnership,
    ReviewCycle,
    Status,
    Submission,
    User,
)
from .models.input_types import Phase
from .notifications import write

logger = logging.getLogger(__name__)

STAGES = (2, 7, 14, 30)  # days before the deadline

UNFILED = {Status.DRAFT, *WITH_PARTNERS}

LISTED = 5  # so many missing answers of a draft are listed, the others counted


@dataclass(frozen=True)
class Notice:
    """What is to be told now to those who may file for a mechanism; its drafts are those that this deadline is for."""

    cycle: ReviewCycle
    iscm: ISCM
    deadline: datetime
    stage: int
    drafts: list[Submission]

    @property
    def occasion(self) -> str:
        """A deadline that is moved to another day is another one."""
        day = self.deadline.astimezone(self.cycle.zone)
        return f"deadline:{self.cycle.code}:{self.iscm.slug}:{day:%Y-%m-%d}:{self.stage}"


def send_due(now: datetime | None = None) -> Counter:
    """Tell each person once per mechanism, cycle and stage. Counts the mails *written*, and what *failed*.

    What goes wrong with one mechanism is logged and does not stop the others.
    """
    now, done = now or timezone.now(), Counter()
    for cycle in _open_to_somebody(now):
        extensions = {one.iscm_id: one for one in cycle.extensions.all()}
        for iscm in _those_it_is_for(cycle):
            try:
                for notice in _due(cycle, iscm, extensions.get(iscm.pk), now):
                    done["written"] += _tell(notice, now)
            except Exception:
                logger.exception("%s could not be told of the deadline of %s.", iscm, cycle.code)
                done["failed"] += 1
    return done


def _open_to_somebody(now: datetime):
    later = Q(closes_at__gt=now) | Q(closes_during_at__gt=now)
    later |= Q(pk__in=Extension.objects.filter(closes_at__gt=now).values("cycle"))
    cycles = ReviewCycle.objects.announced().filter(later, opens_at__lte=now)
    return cycles.prefetch_related("texts", "extensions", "region__iscms")


def _those_it_is_for(cycle: ReviewCycle):
    """Mechanisms at work in which somebody may file."""
    filed_for = Affiliation.objects.current().may_file().filter(user__gets_deadline_notices=True).values("iscm")
    mechanisms = ISCM.objects.filter(pk__in=filed_for).exclude(status=ISCM.Status.DORMANT)
    return mechanisms.filter(review_regions=cycle.region_id) if cycle.region_id else mechanisms


def _due(cycle: ReviewCycle, iscm: ISCM, extension: Extension | None, now: datetime) -> Iterator[Notice]:
    """At the nearest stage that has come; what was started since is no news to those who started it."""
    closes = {phase: cycle.deadline(phase=phase, extension=extension) for phase in Phase.values}
    to_come = sorted({deadline for deadline in closes.values() if deadline > now})
    if not to_come or to_come[0] - now > timedelta(days=max(STAGES)):
        return
    drafts = list(_drafts(cycle, iscm))
    has_filed = _has_filed(cycle, iscm)
    for deadline in to_come:
        of_it = [one for one in drafts if closes[one.input_type.phase] == deadline]
        stage = next((days for days in STAGES if deadline - now <= timedelta(days=days)), None)
        if stage is None:
            continue
        older = any(one.started_at < deadline - timedelta(days=stage) for one in of_it)
        # Nothing filed and nothing begun: told of the first deadline that is still to come.
        if older or (not has_filed and (of_it or (not drafts and deadline == to_come[0]))):
            yield Notice(cycle, iscm, deadline, stage, of_it)


def _drafts(cycle: ReviewCycle, iscm: ISCM):
    """Those that the mechanism writes itself; what reached IOM by mail is entered and filed by its staff."""
    drafts = Submission.objects.filter(cycle=cycle, iscm=iscm, filed_at=None, status__in=UNFILED, received__isnull=True)
    return drafts.select_related("input_type").prefetch_related("input_type__texts").order_by("started_at", "pk")


def _has_filed(cycle: ReviewCycle, iscm: ISCM) -> bool:
    """To this review; one that was withdrawn is as good as none."""
    with_others = Partnership.objects.current().filter(iscm=iscm, endorses=True).values("submission")
    filed = Submission.objects.counted_in(cycle).filed().exclude(status=Status.WITHDRAWN)
    return filed.filter(Q(iscm=iscm) | Q(pk__in=with_others)).exists()


def _tell(notice: Notice, now: datetime) -> int:
    told = Mail.objects.filter(occasion=notice.occasion).values("recipient")
    current = Affiliation.objects.current().may_file().filter(iscm=notice.iscm).values("user")
    notice = replace(notice, drafts=[load(draft) for draft in notice.drafts])  # once, for all who are told
    people = User.objects.filter(pk__in=current, gets_deadline_notices=True).exclude(pk__in=told)
    return sum(_tell_one(notice, person, now) for person in people.order_by("name", "pk"))


def _tell_one(notice: Notice, to: User, now: datetime) -> bool:
    left = -((now - notice.deadline) // timedelta(days=1))  # begun ones count as whole
    with as_read_by(to):  # what is said below is in their language
        mail = write(
            notice.occasion,
            "deadline",
            to=to,
            mechanism=notice.iscm.name,
            mechanism_in_short=notice.iscm.short_name,
            cycle=str(notice.cycle.name),
            due_at=notice.deadline,
            zone_of_the_cycle=notice.cycle.time_zone,
            days_left=left,
            drafts=[_described(draft) for draft in notice.drafts],
            home_link=link("iscm_home", notice.iscm.slug),
            profile_link=link("profile"),
            stop_link=stop_notices_link(to),
        )
    return mail is not None


def _described(draft: Submission) -> dict:
    sentences = [str(lack.sentence) for lack in missing(draft)]
    return {
        "reference": draft.reference,
        "title": draft.title,
        "type": str(draft.input_type.short_name),
        "waits_for_partners": draft.status in WITH_PARTNERS,
        "is_joint": draft.input_type.is_joint,
        "missing": sentences[:LISTED],
        "more": len(sentences[LISTED:]),
        "link": link("tasks", draft.reference),
    }
