from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from submissions import guards
from submissions.models import Status
from submissions.transitions import TRANSITIONS

# Which inputs a step is meant for, in the words of the table.
MEANT_FOR = {
    guards.any_input: "any",
    guards.joint: "joint",
    guards.never_filed: "not filed yet",
    guards.filed_for_the_first_time: "not filed yet; a joint one once its partners are asked",
    guards.filed_before: "filed before",
    guards.being_entered: "received by mail, not filed yet",
    guards.waits_for_the_mechanism: "received by mail, not confirmed yet",
}

BEGIN, END = "<!-- process diagram: begin -->", "<!-- process diagram: end -->"


def process_diagram() -> str:
    """The table of steps as a Mermaid state diagram, and who takes each step."""
    with translation.override("en"):
        lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {Status.DRAFT}: Start"]
        lines += [f"    {status.value}: {status.label}" for status in Status]
        lines += [
            f"    {source} --> {step.target}: {step.label}"
            for step in TRANSITIONS.values()
            for source in _in_order(step.source)
        ]
        lines += ["```", "", "| Step | Who | From | To | Inputs |", "|---|---|---|---|---|"]
        for step in TRANSITIONS.values():
            sources = ", ".join(str(source.label) for source in _in_order(step.source))
            meant_for = MEANT_FOR[step.meant_for]
            lines.append(f"| {step.label} | {step.actor} | {sources} | {step.target.label} | {meant_for} |")
    return "\n".join(lines)


def _in_order(statuses):
    return sorted(statuses, key=list(Status).index)


class Command(BaseCommand):
    help = "Print the process as a diagram; with --write, put it into README.md."

    def add_arguments(self, parser):
        parser.add_argument("--write", action="store_true")

    def handle(self, *, write, **options):
        diagram = process_diagram()
        if not write:
            self.stdout.write(diagram)
            return
        readme = Path(settings.BASE_DIR) / "README.md"
        before, rest = readme.read_text().split(BEGIN)
        after = rest.split(END)[1]
        readme.write_text(f"{before}{BEGIN}\n{diagram}\n{END}{after}")
