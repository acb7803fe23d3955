"""The pages that people wait for, against a bare Django page in the same process."""

import itertools

from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from submissions import content
from submissions.models import InputType, Revision, Submission, SubmissionEvent
from tests import factories

from . import bare
from .measuring import median_seconds, peak_memory_mb

BASELINE = "a bare Django page"


def measure():
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    mechanism = factories.make_mechanism(name="Bench Dialogue", acronym="BD")
    cycle = factories.make_cycle()
    focal_point, reviewer = factories.make_person(name="Focal"), factories.make_person(name="Rita", is_reviewer=True)
    factories.affiliate(user=focal_point, iscm=mechanism)
    draft = factories.make_draft(iscm=mechanism, cycle=cycle, by=focal_point, type_code="B3")
    writer, reader = Client(), Client()
    writer.force_login(focal_point)
    reader.force_login(reviewer)

    with override_settings(ROOT_URLCONF="tests.bench.bare", MIDDLEWARE=bare.MIDDLEWARE):
        client = Client()
        bare_seconds = median_seconds(lambda: expect(client.get("/"), 200), runs=200)

    home, tasks = reverse("iscm_home", args=[mechanism.slug]), reverse("tasks", args=[draft.reference])
    yield row("page: home of a mechanism", "6 types, 1 input", bare_seconds, writer, home)
    yield row("page: task list", "11 sections", bare_seconds, writer, tasks)
    section = reverse("section", args=[draft.reference, "prepared"])
    yield row("page: section, shown", "one text", bare_seconds, writer, section)
    yield saving(bare_seconds, writer, section)
    filed = 0
    for size in (30, 3000):
        file_many(size - filed, mechanism, cycle, focal_point)
        filed = size
        yield row(f"page: queue of {size}", f"{size} submissions", bare_seconds, reader, reverse("queue"))


def expect(response, *statuses):
    assert response.status_code in statuses, response.status_code
    return response


def row(name, work, bare_seconds, client, address):
    with CaptureQueriesContext(connection) as queries:
        expect(client.get(address), 200)
    number_of_queries = len(queries)  # before the next request forgets them
    seconds = median_seconds(lambda: expect(client.get(address), 200))
    return result(name, work, seconds / bare_seconds, number_of_queries)


def saving(bare_seconds, client, address):
    """One save of a text of 500 words: the post and nothing after it."""
    saves = itertools.count(1)

    def save():
        number = next(saves)  # the section was never saved before: each save has seen one fewer than its own number
        text = f"Save {number}. " + "word " * 500
        fields = {"text": text, "text-format": "plain", "version": number - 1, "later": "1"}
        return expect(client.post(address, fields), 302)

    save()
    with CaptureQueriesContext(connection) as queries:
        save()
    number_of_queries = len(queries)
    return result("page: section, saved", "500 words", median_seconds(save) / bare_seconds, number_of_queries)


def file_many(count, mechanism, cycle, by):
    """Filed inputs as rows; the steps themselves are not what is measured here."""
    input_type = InputType.objects.get(code="B1")
    begun = Submission.objects.count()
    now = timezone.now()
    submissions = Submission.objects.bulk_create(
        Submission(
            reference=f"BENCH-{begun + n}", title=f"Event {begun + n}", cycle=cycle, iscm=mechanism,
            input_type=input_type, started_by=by, status="submitted", filed_at=now, last_step_at=now,
        )
        for n in range(count)
    )  # fmt: skip
    example = content.canonical(content.snapshot(submissions[0]))
    revisions = Revision.objects.bulk_create(
        Revision(submission=s, number=1, cause="filed", canonical=example, sha256=content.digest(example), frozen_by=by)
        for s in submissions
    )
    for submission, revision in zip(submissions, revisions, strict=True):
        submission.newest_revision = revision
    Submission.objects.bulk_update(submissions, ["newest_revision"])
    SubmissionEvent.objects.bulk_create(
        SubmissionEvent(
            submission=s, step="submit", source="draft", target="submitted", actor=by, revision=r, number=10**6 + s.pk
        )
        for s, r in zip(submissions, revisions, strict=True)
    )


def result(name, work, ratio, queries):
    return {
        "name": name,
        "work": work,
        "ratio": round(ratio, 2),
        "baseline": BASELINE,
        "peak_memory_mb": round(peak_memory_mb(), 1),
        "queries": queries,
    }
