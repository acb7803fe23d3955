import django.db.models.deletion
import simple_history.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='GuidingPrinciple',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(unique=True, verbose_name='number')),
                ('letter', models.CharField(max_length=1, unique=True, verbose_name='letter in paragraph 15')),
            ],
            options={
                'verbose_name': 'guiding principle',
                'verbose_name_plural': 'guiding principles',
                'ordering': ['number'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='HistoricalGuidingPrinciple',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(db_index=True, verbose_name='number')),
                ('letter', models.CharField(db_index=True, max_length=1, verbose_name='letter in paragraph 15')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical guiding principle',
                'verbose_name_plural': 'historical guiding principles',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalGuidingPrincipleText',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'French'), ('es', 'Spanish'), ('ar', 'Arabic'), ('ru', 'Russian'), ('zh', 'Chinese'), ('pt', 'Portuguese')], max_length=5, verbose_name='language')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('verified', models.BooleanField(default=False, help_text='Read in the official document named as source.', verbose_name='verified')),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('description', models.CharField(blank=True, max_length=400, verbose_name='in one line')),
                ('description_verified', models.BooleanField(default=False, verbose_name='line verified')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical wording in one language',
                'verbose_name_plural': 'historical wording per language',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalObjective',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(db_index=True, verbose_name='number')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical objective',
                'verbose_name_plural': 'historical objectives',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalObjectiveText',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'French'), ('es', 'Spanish'), ('ar', 'Arabic'), ('ru', 'Russian'), ('zh', 'Chinese'), ('pt', 'Portuguese')], max_length=5, verbose_name='language')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('verified', models.BooleanField(default=False, help_text='Read in the official document named as source.', verbose_name='verified')),
                ('title', models.CharField(blank=True, max_length=400, verbose_name='official title')),
                ('short_label', models.CharField(blank=True, max_length=120, verbose_name='short label')),
                ('short_label_verified', models.BooleanField(default=False, verbose_name='short label verified')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical wording in one language',
                'verbose_name_plural': 'historical wording per language',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalRoundtable',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(db_index=True, verbose_name='number')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical roundtable',
                'verbose_name_plural': 'historical roundtables',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalRoundtableText',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'French'), ('es', 'Spanish'), ('ar', 'Arabic'), ('ru', 'Russian'), ('zh', 'Chinese'), ('pt', 'Portuguese')], max_length=5, verbose_name='language')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('verified', models.BooleanField(default=False, help_text='Read in the official document named as source.', verbose_name='verified')),
                ('title', models.CharField(max_length=300, verbose_name='title')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical wording in one language',
                'verbose_name_plural': 'historical wording per language',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Objective',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(unique=True, verbose_name='number')),
            ],
            options={
                'verbose_name': 'objective',
                'verbose_name_plural': 'objectives',
                'ordering': ['number'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ObjectiveText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'French'), ('es', 'Spanish'), ('ar', 'Arabic'), ('ru', 'Russian'), ('zh', 'Chinese'), ('pt', 'Portuguese')], max_length=5, verbose_name='language')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('verified', models.BooleanField(default=False, help_text='Read in the official document named as source.', verbose_name='verified')),
                ('title', models.CharField(blank=True, max_length=400, verbose_name='official title')),
                ('short_label', models.CharField(blank=True, max_length=120, verbose_name='short label')),
                ('short_label_verified', models.BooleanField(default=False, verbose_name='short label verified')),
            ],
            options={
                'verbose_name': 'wording in one language',
                'verbose_name_plural': 'wording per language',
                'ordering': ['parent', 'language'],
            },
        ),
        migrations.CreateModel(
            name='Roundtable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(unique=True, verbose_name='number')),
            ],
            options={
                'verbose_name': 'roundtable',
                'verbose_name_plural': 'roundtables',
                'ordering': ['number'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RoundtableText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'French'), ('es', 'Spanish'), ('ar', 'Arabic'), ('ru', 'Russian'), ('zh', 'Chinese'), ('pt', 'Portuguese')], max_length=5, verbose_name='language')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('verified', models.BooleanField(default=False, help_text='Read in the official document named as source.', verbose_name='verified')),
                ('title', models.CharField(max_length=300, verbose_name='title')),
            ],
            options={
                'verbose_name': 'wording in one language',
                'verbose_name_plural': 'wording per language',
                'ordering': ['parent', 'language'],
            },
        ),
        migrations.CreateModel(
            name='GuidingPrincipleText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'French'), ('es', 'Spanish'), ('ar', 'Arabic'), ('ru', 'Russian'), ('zh', 'Chinese'), ('pt', 'Portuguese')], max_length=5, verbose_name='language')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('verified', models.BooleanField(default=False, help_text='Read in the official document named as source.', verbose_name='verified')),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('description', models.CharField(blank=True, max_length=400, verbose_name='in one line')),
                ('description_verified', models.BooleanField(default=False, verbose_name='line verified')),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='objectives.guidingprinciple', verbose_name='guiding principle')),
            ],
            options={
                'verbose_name': 'wording in one language',
                'verbose_name_plural': 'wording per language',
                'ordering': ['parent', 'language'],
            },
        ),
    ]
