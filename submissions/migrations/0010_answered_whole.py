from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('submissions', '0009_what_the_desk_knows_already'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='changerequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('asked_in__isnull', False), models.Q(('answer', 'done'), models.Q(('answer', 'explained'), models.Q(('explanation', ''), _negated=True)), _connector='OR')), _connector='OR'), name='a_change_request_is_answered_whole'),
        ),
    ]
