from django.core.management.base import BaseCommand, CommandError

from submissions import reminders


class Command(BaseCommand):
    help = "Reminds the partners of joint inputs who have not answered. For cron, hourly, where no worker runs."

    def handle(self, **options):
        done = reminders.send_due()
        self.stdout.write(
            f"Inputs whose partners were reminded: {done['reminded']}; asked again: {done['asked again']}."
        )
        if done["failed"]:
            raise CommandError(f"{done['failed']} failed; the log says why.")
