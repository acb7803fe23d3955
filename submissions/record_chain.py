"""Whether the record is as it was written: the chain of its entries, and the hashes of the texts that it names."""

from collections.abc import Iterator

from .content import digest
from .models import CirculatedText, RecordHead, Revision, SubmissionEvent


def faults() -> Iterator[str]:
    """What is wrong with the record, a line each; nothing where it is whole. Reads every entry and every text once."""
    number, previous = 0, ""
    entries = SubmissionEvent.objects.select_related("submission", "revision").order_by("number")
    for entry in entries.iterator(chunk_size=500):
        if entry.number != number + 1:
            yield f"Entries {number + 1} to {entry.number - 1} are missing."
        elif entry.previous != previous:
            yield f"Entry {entry.number} does not follow on entry {number}: its hash of the one before is another."
        if entry.digest() != entry.sha256:
            yield f"Entry {entry.number} ({entry.submission.reference}, {entry.step}) is not what was written."
        number, previous = entry.number, entry.sha256
    head = RecordHead.objects.filter(pk=1).first() or RecordHead()
    if (head.entries, head.sha256) != (number, previous):
        yield f"The record ends at entry {number}, and should end at entry {head.entries}."
    for texts in (Revision.objects, CirculatedText.objects):
        for text in texts.select_related("submission").order_by("pk").iterator(chunk_size=50):
            if digest(text.canonical) != text.sha256:
                yield f"The text {text} does not have the hash {text.sha256}."
