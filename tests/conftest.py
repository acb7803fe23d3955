"""The cast. Amina files for mechanism A and Bruno drafts for it; Carla has every right at B, Dalia every right at C,
and neither any at A; Rita reviews and Piotr approves for IOM; Ada administers."""

import pytest
from django.core.management import call_command

from objectives.models import Objective
from submissions.models import Capacity

from . import factories
from .browser import browser, visit  # noqa: F401
from .migrating import empty_database  # noqa: F401


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        call_command("load_reference", verbosity=0)


def load_reference_again():
    """Where a test with real transactions has emptied the tables before."""
    if not Objective.objects.exists():
        call_command("load_reference", verbosity=0)


@pytest.fixture
def reference(db):
    """The reference data."""
    load_reference_again()


@pytest.fixture
def mechanism_a(reference):
    return factories.make_mechanism(
        name="Test Dialogue A", acronym="TDA", regions=["africa", "arab"], associations=["Test Community A"]
    )


@pytest.fixture
def mechanism_b(reference):
    return factories.make_mechanism(name="Test Dialogue B", acronym="TDB", regions=["asia-pacific"])


@pytest.fixture
def mechanism_c(reference):
    return factories.make_mechanism(name="Test Dialogue C", acronym="TDC", regions=["africa"])


@pytest.fixture
def amina(mechanism_a):
    """Head of the secretariat of A: files for it."""
    user = factories.make_person(name="Amina Diallo")
    factories.affiliate(user=user, iscm=mechanism_a)
    return user


@pytest.fixture
def bruno(mechanism_a):
    """Focal point of A: drafts for it, and may not file."""
    user = factories.make_person(name="Bruno Costa")
    factories.affiliate(user=user, iscm=mechanism_a, may_file=False, capacity=Capacity.FOCAL_POINT)
    return user


@pytest.fixture
def carla(mechanism_b):
    """Head of the secretariat of B: every right there, none at A."""
    user = factories.make_person(name="Carla Reyes")
    factories.affiliate(user=user, iscm=mechanism_b)
    return user


@pytest.fixture
def dalia(mechanism_c):
    """Head of the secretariat of C: files for it."""
    user = factories.make_person(name="Dalia Haddad")
    factories.affiliate(user=user, iscm=mechanism_c)
    return user


@pytest.fixture
def rita(reference):
    """Reviews for IOM."""
    return factories.make_person(name="Rita Novak", is_reviewer=True)


@pytest.fixture
def piotr(reference):
    """Reviews and approves for IOM."""
    return factories.make_person(name="Piotr Lind", is_reviewer=True, is_approver=True)


@pytest.fixture
def ada(reference):
    """Administers the portal; neither files nor decides."""
    return factories.make_person(name="Ada Mwangi", is_staff=True, is_superuser=True)


@pytest.fixture
def cycle(reference):
    return factories.make_cycle()


@pytest.fixture
def closed_cycle(reference):
    return factories.make_cycle(code="TEST2026", name="Test Forum 2026", year=2026, opens=-90, closes=-1)


@pytest.fixture
def draft(amina, mechanism_a, cycle):
    """A written statement of A, just begun."""
    return factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina)


@pytest.fixture
def filed(amina, mechanism_a, cycle):
    """A written statement of A, filed."""
    return factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina)


@pytest.fixture
def mechanism_d(reference):
    return factories.make_mechanism(name="Test Dialogue D", acronym="TDD")


@pytest.fixture
def of_joint(mechanism_a, mechanism_b, mechanism_c, carla, dalia, cycle, amina):
    """What the joint inputs are made of: A leads, B and C are partners."""
    return {"lead": mechanism_a, "partners": [mechanism_b, mechanism_c], "cycle": cycle, "by": amina}


@pytest.fixture
def joint_draft(of_joint):
    """The same before they are asked."""
    return factories.make_joint(**of_joint)


@pytest.fixture
def asked(of_joint):
    """A joint statement led by A; B and C are asked, and have not answered."""
    return factories.make_asked(**of_joint)


@pytest.fixture
def both_endorse(mechanism_b, mechanism_c, carla, dalia):
    """Carla for B and Dalia for C, the text as it stands."""

    def endorse(submission):
        factories.endorse(submission=submission, partner=mechanism_b, by=carla)
        factories.endorse(submission=submission, partner=mechanism_c, by=dalia)

    return endorse
