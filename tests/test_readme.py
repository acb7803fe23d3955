from pathlib import Path

from django.conf import settings

from submissions.management.commands.process_diagram import BEGIN, END, process_diagram

README = Path(settings.BASE_DIR) / "README.md"


def test_the_diagram_in_the_readme_is_the_table_of_steps():
    printed = README.read_text().split(BEGIN)[1].split(END)[0].strip()

    assert printed == process_diagram()


def test_every_environment_variable_is_explained_in_the_readme():
    import re

    settings_text = (Path(settings.BASE_DIR) / "iscm_portal" / "settings.py").read_text()
    variables = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', settings_text))

    unexplained = {variable for variable in variables if f"`{variable}`" not in README.read_text()}

    assert variables
    assert unexplained == set()
