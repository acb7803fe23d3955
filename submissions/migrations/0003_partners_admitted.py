"""What portals that are in use already know of joint types: rows there are kept as they are by load_reference."""

from django.db import migrations

ADMITTED = {
    "B4": ["admits_iscms", "needs_another_iscm"],
    "B5": ["admits_iscms", "admits_igos", "needs_another_iscm"],
    "B6": ["admits_igos", "admits_non_state"],
    "D4": ["admits_iscms", "admits_igos", "admits_states", "admits_non_state"],
    "D5": ["admits_iscms", "admits_igos", "admits_states", "admits_non_state"],
}
COMBINED = [("D1", "indirect_states", "direct"), ("D1", "indirect_igo", "direct"), ("D1", "indirect_igo", "indirect_states")]


def forwards(apps, schema_editor):
    InputType = apps.get_model("submissions", "InputType")
    for code, fields in ADMITTED.items():
        InputType.objects.filter(code=code, is_joint=True).update(**dict.fromkeys(fields, True))
    EngagementMode = apps.get_model("submissions", "EngagementMode")
    for code, first, second in COMBINED:
        modes = {mode.mode: mode for mode in EngagementMode.objects.filter(input_type__code=code)}
        if first in modes and second in modes:
            modes[first].combines_with.add(modes[second])


class Migration(migrations.Migration):
    dependencies = [("submissions", "0002_joint_inputs")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
