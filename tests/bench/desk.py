"""The desk with 5,000 inputs, 50,000 revisions and 100,000 comments, against the same pages with a hundredth of it.

In a database of its own, which is removed: SQLite; or, where DATABASE_URL names PostgreSQL, one beside that.
"""

import itertools
import random
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from submissions import content
from submissions.models import (
    CLOSED,
    Comment,
    InputType,
    OutlineSection,
    Reading,
    Revision,
    SavedFilter,
    Status,
    Submission,
    SubmissionEvent,
)
from tests import factories

from .measuring import least_seconds, peak_memory_mb

FEW, MANY = 50, 5_000
REVISIONS, COMMENTS = 10, 20  # of each
AT_ONCE = 500
WORDS_OF_A_TEXT = 500

PAGES = {
    "the whole": "",
    "filtered": "?turn=iom&due=soon&roundtable=1&region=africa&order=due",
    "new to me, with help asked for": "?text=new&help=asked",
    "a word in some texts": "?q=fisheries",
    "a word in none": "?q=volcanoes",
    "my queue": "?turn=iom&reviewer=mine",
}


def measure():
    with scratch_database():
        call_command("load_reference", verbosity=0)
        desk, client = Desk(), Client()
        client.force_login(desk.reviewer)
        few, many = {}, {}
        for size, measured in ((FEW, few), (MANY, many)):
            desk.fill_up_to(size)
            for name, address in desk.pages():
                measured[name] = look_at(client, address)
        for name, (seconds, queries) in many.items():
            yield {
                "name": f"desk: {name}",
                "work": f"{MANY:,} inputs, {connection.vendor}",
                "ratio": round(seconds / few[name][0], 2),
                "baseline": f"the same with {FEW}",
                "peak_memory_mb": round(peak_memory_mb(), 1),
                "queries": queries,
            }
            assert queries == few[name][1], f"{name}: {few[name][1]} queries with {FEW}, {queries} with {MANY}"


@contextmanager
def scratch_database():
    """Never the one that the settings name."""
    named = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(settings.STATE_DIR / "bench.sqlite3")  # else it is in memory
    connection.settings_dict["TEST"]["MIGRATE"] = False  # tables from the models, which is quicker
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(named, verbosity=0)


def look_at(client, address):
    """Seconds, and queries."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200, address
    number_of_queries = len(queries)  # before the next request forgets them
    return least_seconds(lambda: client.get(address)), number_of_queries


class Desk:
    """Inputs of several mechanisms in every state, as rows: the steps themselves are not what is measured here."""

    def __init__(self):
        self.chance = random.Random(1)
        self.now = timezone.now()
        self.cycle = factories.make_cycle()
        self.reviewer = factories.make_person(name="Rita", is_reviewer=True)
        self.reviewers = [self.reviewer, factories.make_person(name="Piotr", is_reviewer=True), None]
        self.writer = factories.make_person(name="Focal")
        self.mechanisms = [
            factories.make_mechanism(name=f"Bench Dialogue {n}", acronym=f"BD{n}", regions=[region])
            for n, region in enumerate(itertools.islice(itertools.cycle(["africa", "arab", "asia-pacific"]), 20))
        ]
        factories.affiliate(user=self.writer, iscm=self.mechanisms[0])
        self.input_type = InputType.objects.get(code="B3")
        self.section = OutlineSection.objects.filter(input_types=self.input_type, kind="text").first()
        self.example = self._example()
        for n in range(10):
            SavedFilter.objects.create(user=self.reviewer, name=f"Search {n}", query="turn=iom")

    def _example(self):
        """What an input of some length says, to be filled in for each."""
        draft = factories.make_draft(iscm=self.mechanisms[0], cycle=self.cycle, by=self.writer, type_code="B3")
        factories.answer_everything_required(submission=draft, text="<p>§</p>")
        factories.tick_objective(submission=draft, number=7)
        return content.snapshot(draft)

    def pages(self):
        for name, query in PAGES.items():
            yield name, reverse("queue") + query
        of_many_comments = Submission.objects.filed().first()
        yield "one input", reverse("submission", args=[of_many_comments.reference])

    def fill_up_to(self, size):
        begun = Submission.objects.filed().count()
        for first in range(begun, size, AT_ONCE):
            self._fill(range(first, min(size, first + AT_ONCE)))
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")  # as its own daemon does after a while

    def _fill(self, numbers):
        submissions = Submission.objects.bulk_create(self._submission(n) for n in numbers)
        revisions = Revision.objects.bulk_create(
            revision for submission in submissions for revision in self._revisions(submission)
        )
        newest = {revision.submission_id: revision for revision in revisions}  # the last of each
        for submission in submissions:
            submission.newest_revision = newest[submission.pk]
        Submission.objects.bulk_update(submissions, ["newest_revision"])
        SubmissionEvent.objects.bulk_create(
            SubmissionEvent(
                submission=one, step="submit", source="draft", target="submitted", actor=self.writer,
                revision=newest[one.pk], number=10**6 + one.pk,
            )
            for one in submissions
        )  # fmt: skip
        Comment.objects.bulk_create(comment for submission in submissions for comment in self._comments(submission))
        Reading.objects.bulk_create(
            Reading(user=self.reviewer, revision=one) for one in revisions if one.number > REVISIONS - 2 and one.pk % 3
        )

    def _submission(self, n):
        status = [*Status][2:][n % 6]
        filed_at = self.now - timedelta(hours=self.chance.randrange(4_000))
        decided = {"decided_by": self.reviewer, "decided_at": self.now} if status in CLOSED - {"withdrawn"} else {}
        return Submission(
            reference=f"BENCH-{n}", title=f"Input {n}", cycle=self.cycle, iscm=self.chance.choice(self.mechanisms),
            input_type=self.input_type, started_by=self.writer, status=status, filed_at=filed_at,
            last_step_at=filed_at + timedelta(hours=1), reviewer=self.chance.choice(self.reviewers),
            due_on=self.chance.choice([None, (self.now + timedelta(days=self.chance.randrange(-5, 30))).date()]),
            **decided,
        )  # fmt: skip

    def _revisions(self, submission):
        document = {**self.example, "reference": submission.reference, "title": submission.title}
        plain = " ".join(self.chance.choices(VOCABULARY, k=WORDS_OF_A_TEXT))
        if submission.pk % 10 == 0:
            plain += " fisheries"
        text = content.canonical(document).replace("§", plain)
        words = content.words(document).replace("§", plain)
        for number in range(1, REVISIONS + 1):
            canonical = text.replace("Input", f"Input r{number}:")
            yield Revision(
                submission=submission, number=number, cause="filed", canonical=canonical,
                sha256=content.digest(canonical), words=words, roundtables=",1,2,", frozen_by=self.writer,
            )  # fmt: skip

    def _comments(self, submission):
        """A third internal; of one input in twenty the first asks for help, and waits."""
        for n in range(COMMENTS):
            asks = n == 0 and submission.pk % 20 == 0
            by_iom = n % 3 == 1
            yield Comment(
                submission=submission, section=self.section, text=f"Comment {n}", asks_for_help=asks,
                circle="internal" if by_iom else "shared", iscm=None if by_iom else submission.iscm,
                written_by=self.reviewer if by_iom else self.writer,
            )  # fmt: skip


VOCABULARY = [
    "migration", "States", "labour", "return", "mobility", "regional", "dialogue",
    "data", "borders", "protection", "skills", "families", "cities", "climate",
    "agreement", "training", "rights", "health", "remittances", "diaspora", "pathways",
    "cooperation", "network", "annual", "meeting", "members", "secretariat", "progress",
    "practice", "visa", "consular", "children", "women", "employment", "recruitment",
    "reintegration", "identity", "smuggling", "trafficking",
]  # fmt: skip
