from django.core.management.base import BaseCommand, CommandError

from submissions import hourly


class Command(BaseCommand):
    help = (
        "Reminds partners, tells of deadlines, writes the daily mails, and queues again what could not be sent. "
        "For cron, hourly, where no worker's schedule does it."
    )

    def handle(self, **options):
        done = hourly.run()
        count = {f"{name} {what}": number for name, counts in done.items() for what, number in counts.items()}
        self.stdout.write(
            f"Inputs whose partners were reminded: {count.get('reminders reminded', 0)}; "
            f"asked again: {count.get('reminders asked again', 0)}. "
            f"Notices before deadlines: {count.get('deadlines written', 0)}. "
            f"Daily mails: {count.get('digests written', 0)}. "
            f"Mails queued again: {count.get('mails queued again', 0)}."
        )
        if failed := sum(counts.get("failed", 0) for counts in done.values()):
            raise CommandError(f"{failed} failed; the log says why.")
