"""Every address of the portal, and what each person finds there. An address without a row here fails the suite."""

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve
from django.utils import timezone

from submissions import clearance, commenting, joint, requesting, stopping, workflow
from submissions.models import Capacity, ChangeRequest, Compendium, Invitation, OutlineSection, Rendition, SavedFilter

from . import factories

# What a person finds: the page, a way *on* to another page, the sign-in page (*in*), a *closed* door, *nothing*, or a
# step *refused* in a sentence. Amina files for mechanism A, to which the inputs belong; Carla works for mechanism B;
# Rita reviews for IOM, Piotr reviews and approves, Ada administers. {draft} was never filed, {filed} was.
TABLES = {
    "the door": """
                                                            anonymous amina   carla   rita    piotr   ada
        GET  /healthz                                       page      page    page    page    page    page
        GET  /account/login/                                page      on      on      on      on      on
        GET  /account/logout/                               in        page    page    page    page    page
        GET  /account/inactive/                             page      page    page    page    page    page
        GET  /account/signup/                               page      on      on      on      on      on
        GET  /account/reauthenticate/                       in        page    page    page    page    page
        GET  /account/email/                                in        page    page    page    page    page
        GET  /account/confirm-email/                        page      page    page    page    page    page
        GET  /account/confirm-email/no-such-key/            page      page    page    page    page    page
        GET  /account/password/change/                      in        page    page    page    page    page
        GET  /account/password/set/                         in        on      on      on      on      on
        GET  /account/password/reset/                       page      page    page    page    page    page
        GET  /account/password/reset/done/                  page      page    page    page    page    page
        GET  /account/password/reset/key/1-no-such/         page      page    page    page    page    page
        GET  /account/password/reset/key/done/              page      page    page    page    page    page
        GET  /account/login/code/confirm/                   in        on      on      on      on      on
        GET  /account/sessions/                             in        page    page    page    page    page
    """,
    "the second factor, for people who have none": """
                                                            anonymous amina   carla   rita    piotr   ada
        GET  /account/2fa/                                  in        page    page    page    page    page
        GET  /account/2fa/authenticate/                     in        on      on      on      on      on
        GET  /account/2fa/reauthenticate/                   in        on      on      on      on      on
        GET  /account/2fa/totp/activate/                    in        on      on      on      on      on
        GET  /account/2fa/totp/deactivate/                  in        nothing nothing nothing nothing nothing
        GET  /account/2fa/recovery-codes/                   in        nothing nothing nothing nothing nothing
        GET  /account/2fa/recovery-codes/generate/          in        on      on      on      on      on
        GET  /account/2fa/recovery-codes/download/          in        nothing nothing nothing nothing nothing
        GET  /account/2fa/webauthn/                         in        page    page    page    page    page
        GET  /account/2fa/webauthn/add/                     in        on      on      on      on      on
        GET  /account/2fa/webauthn/reauthenticate/          in        on      on      on      on      on
        GET  /account/2fa/webauthn/keys/1/remove/           in        on      on      on      on      on
        GET  /account/2fa/webauthn/keys/1/edit/             in        on      on      on      on      on
        GET  /account/2fa/webauthn/login/                   in        on      on      on      on      on
    """,
    "people": """
                                                            anonymous amina   carla   rita    piotr   ada
        GET  /                                              in        on      on      on      on      on
        GET  /admin/                                        in        in      in      in      in      page
        POST /language/                                     on        on      on      on      on      on
        GET  /profile/                                      in        page    page    page    page    page
        GET  /notices/stop/{stop_notices}/                  page      page    page    page    page    page
        GET  /colleagues/                                   in        nothing nothing nothing nothing page
        GET  /mechanisms/{a}/people/                        in        page    nothing nothing nothing page
        GET  /mechanisms/{a}/people/invite/                 in        page    nothing nothing nothing page
        GET  /mechanisms/{a}/people/{affiliation}/end/      in        page    nothing nothing nothing page
        GET  /mechanisms/{a}/people/{affiliation}/hand-over/ in       page    nothing nothing nothing page
        POST /invitations/{invitation}/resend/              in        on      nothing nothing nothing on
        POST /invitations/{invitation}/revoke/              in        on      nothing nothing nothing on
        GET  /invitations/{token}/                          page      page    page    page    page    page
    """,
    "a draft": """
                                                            anonymous amina   carla   rita    piotr   ada
        GET  /mechanisms/{a}/                               in        page    nothing nothing nothing nothing
        POST /mechanisms/{a}/start/{cycle}/B2/              in        on      nothing nothing nothing nothing
        GET  /inputs/{draft}/                               in        page    nothing nothing nothing nothing
        GET  /inputs/{draft}/tasks/                         in        page    nothing nothing nothing nothing
        GET  /inputs/{draft}/title/                         in        page    nothing nothing nothing nothing
        GET  /inputs/{draft}/section/{section}/             in        page    nothing nothing nothing nothing
        GET  /inputs/{draft}/section/{blocks}/objective/7/  in        page    nothing nothing nothing nothing
        GET  /inputs/{draft}/section/{section}/objective/7/ in        nothing nothing nothing nothing nothing
        GET  /inputs/{draft}/check/                         in        page    nothing nothing nothing nothing
        POST /inputs/{draft}/preview/                       in        on      nothing nothing nothing nothing
        GET  /inputs/{draft}/step/submit/                   in        on      nothing nothing nothing nothing
        POST /inputs/{draft}/step/submit/                   in        on      nothing nothing nothing nothing
        GET  /inputs/{draft}/step/withdraw/                 in        page    nothing nothing nothing nothing
        GET  /inputs/{draft}/receipt/                       in        on      nothing nothing nothing nothing
        GET  /inputs/{draft}/history/                       in        page    nothing nothing nothing nothing
        GET  /inputs/{draft}/attachments/{of_draft}/        in        page    nothing nothing nothing nothing
        GET  /inputs/{draft}/attachments/{of_filed}/        in        nothing nothing nothing nothing nothing
        POST /inputs/{draft}/attachments/{of_draft}/remove/ in        on      nothing nothing nothing nothing
        GET  /documents/{pdf_of_draft}/                     in        page    nothing nothing nothing nothing
        GET  /documents/{pdf_of_draft}/file/                in        page    nothing nothing nothing nothing
        POST /documents/{pdf_of_draft}/retry/               in        on      nothing nothing nothing nothing
    """,
    "a joint input, in which Carla's mechanism B is a partner that may comment": """
                                                            anonymous amina   carla   rita    piotr   ada
        GET  /inputs/{joint}/                               in        page    page    nothing nothing nothing
        GET  /inputs/{joint}/tasks/                         in        page    closed  nothing nothing nothing
        GET  /inputs/{joint}/title/                         in        page    closed  nothing nothing nothing
        GET  /inputs/{joint}/section/{about}/               in        page    closed  nothing nothing nothing
        GET  /inputs/{joint}/history/                       in        page    page    nothing nothing nothing
        GET  /inputs/{joint}/step/ask/                      in        page    closed  nothing nothing nothing
        GET  /inputs/{joint}/partners/                      in        page    page    nothing nothing nothing
        GET  /inputs/{joint}/partners/add/                  in        page    closed  nothing nothing nothing
        GET  /inputs/{joint}/partners/{b}/                  in        page    closed  nothing nothing nothing
        GET  /inputs/{joint}/partners/{b}/remove/           in        page    closed  nothing nothing nothing
        GET  /inputs/{joint}/partners/{b}/lead/             in        page    closed  nothing nothing nothing
        GET  /inputs/{joint}/comments/                      in        page    page    nothing nothing nothing
        POST /inputs/{joint}/comments/{comment}/reply/      in        422     422     nothing nothing nothing
        POST /inputs/{joint}/comments/{comment}/resolve/    in        on      on      nothing nothing nothing
        POST /inputs/{joint}/comments/{comment}/reopen/     in        on      on      nothing nothing nothing
        GET  /inputs/{joint}/clearance/                     in        page    page    nothing nothing nothing
        GET  /inputs/{joint}/clearance/{clearance}/strike/  in        page    closed  nothing nothing nothing
        POST /inputs/{joint}/clearance/{clearance}/strike/  in        on      closed  nothing nothing nothing
        POST /inputs/{joint}/clearance/print/               in        on      on      nothing nothing nothing
        GET  /inputs/{draft}/partners/                      in        nothing nothing nothing nothing nothing
    """,
    "the same, when its partners are asked": """
                                                            anonymous amina   carla   rita    piotr   ada
        GET  /inputs/{asked}/endorse/{mechanism_b}/         in        closed  page    nothing nothing nothing
        GET  /inputs/{asked}/partners/{asked_b}/changes/    in        page    page    nothing nothing nothing
        GET  /inputs/{asked}/partners/{entity}/letter/      in        page    closed  nothing nothing nothing
        POST /inputs/{asked}/partners/ask-again/            in        on      closed  nothing nothing nothing
        GET  /inputs/{asked}/lead/                          in        page    page    nothing nothing nothing
        GET  /inputs/{asked}/step/take_back/                in        page    closed  nothing nothing nothing
        GET  /inputs/{asked}/step/submit/                   in        on      closed  nothing nothing nothing
        GET  /reminders/stop/{stop}/                        page      page    page    page    page    page
    """,
    "the same, once it is filed": """
                                                            anonymous amina   carla   rita    piotr   ada
        GET  /inputs/{filed_jointly}/                       in        page    page    page    page    nothing
        GET  /inputs/{filed_jointly}/partners/              in        page    page    closed  closed  nothing
        GET  /inputs/{filed_jointly}/comments/              in        page    page    page    page    nothing
        GET  /inputs/{filed_jointly}/clearance/             in        page    page    page    page    nothing
        POST /inputs/{filed_jointly}/clearance/print/       in        on      on      on      on      nothing
        GET  /inputs/{filed_jointly}/attachments/{letter}/  in        page    page    page    page    nothing
    """,
    "an input that came by mail": """
                                                            anonymous amina   carla   rita    piotr   ada
        GET  /desk/received/                                in        closed  closed  page    page    closed
        GET  /desk/received/enter/                          in        closed  closed  page    page    closed
        POST /desk/received/enter/                          in        closed  closed  422     422     closed
        GET  /inputs/{entered}/                             in        page    nothing page    page    nothing
        GET  /inputs/{entered}/tasks/                       in        page    nothing page    page    nothing
        GET  /inputs/{entered}/title/                       in        page    nothing page    page    nothing
        GET  /inputs/{entered}/section/{about_entered}/     in        page    nothing page    page    nothing
        GET  /inputs/{entered}/check/                       in        page    nothing page    page    nothing
        POST /inputs/{entered}/preview/                     in        on      nothing on      on      nothing
        GET  /inputs/{entered}/history/                     in        page    nothing page    page    nothing
        GET  /inputs/{entered}/attachments/{original}/      in        page    nothing page    page    nothing
        GET  /inputs/{entered}/step/file_received/          in        closed  nothing on      on      nothing
        GET  /inputs/{entered}/step/discard_received/       in        closed  nothing page    page    nothing
        GET  /inputs/{entered}/confirm/                     in        on      nothing closed  closed  nothing
        GET  /inputs/{to_confirm}/confirm/                  in        page    nothing closed  closed  nothing
        POST /inputs/{to_confirm}/confirm/                  in        422     nothing closed  closed  nothing
        GET  /inputs/{to_confirm}/step/object/              in        page    nothing closed  closed  nothing
        GET  /inputs/{to_confirm}/tasks/                    in        page    nothing closed  closed  nothing
        GET  /inputs/{filed}/confirm/                       in        nothing nothing nothing nothing nothing
    """,
    "help with a section of a draft": """
                                                            anonymous amina   carla   rita    piotr   ada
        GET  /inputs/{draft}/help/                          in        page    nothing nothing nothing nothing
        GET  /inputs/{draft}/comments/                      in        page    nothing nothing nothing nothing
        GET  /inputs/{joint}/help/                          in        page    closed  nothing nothing nothing
        GET  /desk/help/                                    in        closed  closed  page    page    closed
        GET  /desk/help/{help}/                             in        nothing nothing page    page    nothing
        POST /desk/help/{help}/resolve/                     in        nothing nothing on      on      nothing
        POST /desk/help/{help}/reopen/                      in        nothing nothing on      on      nothing
    """,
    "a filed input": """
                                                            anonymous amina   carla   rita    piotr   ada
        GET  /desk/                                         in        closed  closed  page    page    closed
        GET  /desk/filters/                                 in        closed  closed  page    page    closed
        GET  /desk/filters/save/                            in        closed  closed  on      on      closed
        GET  /desk/filters/{shared_search}/                 in        closed  closed  on      on      closed
        GET  /desk/filters/{kept_search}/                   in        closed  closed  on      nothing closed
        GET  /desk/filters/{shared_search}/change/          in        closed  closed  page    nothing closed
        POST /desk/filters/{shared_search}/delete/          in        closed  closed  on      nothing closed
        GET  /desk/assign/                                  in        closed  closed  page    page    closed
        GET  /desk/bulk/assign/                             in        closed  closed  page    page    closed
        GET  /desk/bulk/remind/                             in        closed  closed  page    page    closed
        GET  /desk/bulk/approve/                            in        closed  closed  closed  page    closed
        GET  /desk/bulk/assign/done/of-another-time/        in        closed  closed  on      on      closed
        GET  /inputs/{filed}/assign/                        in        closed  nothing page    page    nothing
        GET  /inputs/{filed}/                               in        page    nothing page    page    nothing
        GET  /inputs/{filed}/tasks/                         in        page    nothing closed  closed  nothing
        GET  /inputs/{filed}/title/                         in        on      nothing closed  closed  nothing
        GET  /inputs/{filed}/section/{section}/             in        on      nothing closed  closed  nothing
        GET  /inputs/{filed}/check/                         in        on      nothing closed  closed  nothing
        POST /inputs/{filed}/preview/                       in        on      nothing closed  closed  nothing
        GET  /inputs/{filed}/step/submit/                   in        on      nothing closed  closed  nothing
        GET  /inputs/{filed}/step/take_up/                  in        closed  nothing page    page    nothing
        POST /inputs/{filed}/step/take_up/                  in        closed  nothing on      on      nothing
        GET  /inputs/{filed}/step/approve/                  in        closed  nothing closed  refused nothing
        GET  /inputs/{filed}/receipt/                       in        page    nothing closed  closed  nothing
        GET  /inputs/{filed}/history/                       in        page    nothing page    page    nothing
        GET  /inputs/{filed}/changes/                       in        page    nothing page    page    nothing
        GET  /inputs/{filed}/changes/ask/                   in        closed  nothing on      on      nothing
        POST /inputs/{filed}/changes/print/                 in        on      nothing closed  closed  nothing
        POST /inputs/{filed}/changes/review/                in        closed  nothing on      on      nothing
        GET  /inputs/{read}/changes/ask/                    in        closed  nothing page    page    nothing
        GET  /inputs/{read}/changes/{kept}/                 in        closed  nothing page    page    nothing
        GET  /inputs/{read}/changes/{kept}/remove/          in        closed  nothing page    page    nothing
        GET  /inputs/{filed}/compare/                       in        on      nothing on      on      nothing
        GET  /inputs/{filed}/attachments/{of_filed}/        in        page    nothing page    page    nothing
        GET  /inputs/{filed}/attachments/{of_later}/        in        page    nothing nothing nothing nothing
        POST /inputs/{filed}/attachments/{of_filed}/remove/ in        on      nothing closed  closed  nothing
        GET  /documents/{pdf_of_filed}/                     in        page    nothing page    page    nothing
        GET  /documents/{pdf_of_filed}/file/                in        page    nothing page    page    nothing
        POST /documents/{pdf_of_filed}/retry/               in        on      nothing on      on      nothing
    """,
    "a compendium": """
                                                            anonymous amina   carla   rita    piotr   ada
        GET  /compendiums/                                  in        nothing nothing page    page    nothing
        GET  /compendiums/{cycle}/                          in        nothing nothing page    page    nothing
        POST /compendiums/{cycle}/                          in        nothing nothing closed  on      nothing
        POST /compendiums/{cycle}/compile/                  in        nothing nothing closed  on      nothing
        GET  /documents/{pdf_of_compendium}/                in        nothing nothing page    page    nothing
        GET  /documents/{pdf_of_compendium}/file/           in        nothing nothing page    page    nothing
        POST /documents/{pdf_of_compendium}/retry/          in        nothing nothing closed  on      nothing
    """,
}
WORDS = {200: "page", 403: "closed", 404: "nothing", 409: "refused"}


def rows_of(table):
    """{"GET /address": [what each person finds]}"""
    head, *rows = [line.split() for line in table.strip().splitlines()]
    assert head == ["anonymous", "amina", "carla", "rita", "piotr", "ada"]
    return {f"{method} {address}": found for method, address, *found in rows}


@pytest.fixture
def joint_names(amina, carla, mechanism_a, mechanism_b, cycle):
    """The same of the joint inputs."""
    entity = factories.make_entity()
    of_joint = {"lead": mechanism_a, "partners": [mechanism_b, entity], "cycle": cycle, "by": amina}
    draft, asked, filed = (
        factories.make_joint(**of_joint),
        factories.make_asked(**of_joint),
        factories.make_asked(**of_joint),
    )
    for submission in (asked, filed):
        factories.endorse(submission=submission, partner=mechanism_b, by=carla)
    factories.record_letter(submission=filed, partner=entity, by=amina)
    workflow.perform(filed, "submit", by=amina)
    factories.rewrite(submission=asked)
    joint.offer_lead(factories.partnership_of(submission=asked, partner=mechanism_b), by=amina)
    chair = {"way": "chair", "cleared_on": timezone.now().date()}
    return {
        "joint": draft.reference,
        "asked": asked.reference,
        "filed_jointly": filed.reference,
        "mechanism_b": mechanism_b.slug,
        "about": draft.input_type.sections.filter(kind="engagement").get().code,
        "b": factories.partnership_of(submission=draft, partner=mechanism_b).pk,
        "asked_b": factories.partnership_of(submission=asked, partner=mechanism_b).pk,
        "entity": factories.partnership_of(submission=asked, partner=entity).pk,
        "letter": filed.attachments.get().pk,
        "comment": commenting.comment(draft, section=None, text="Shorter?", by=carla).pk,
        "clearance": clearance.record(draft, iscm=mechanism_a, **chair, by=amina).pk,
        "stop": stopping.token_of(carla, asked),
        "stop_notices": stopping.token_for_notices_of(carla),
    }


@pytest.fixture
def names(joint_names, amina, ada, mechanism_a, cycle, rita, piotr):
    """What stands for the braces of the addresses."""
    draft = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B1")
    factories.answer_everything_required(submission=draft)
    blocks = OutlineSection.objects.filter(kind="objectives").first()
    draft.input_type.type_sections.get_or_create(section=blocks)
    factories.tick_objective(submission=draft, number=7)
    filed = factories.make_draft(iscm=mechanism_a, cycle=cycle, by=amina, type_code="B3")
    of_filed = factories.attach(submission=filed, by=amina)
    factories.answer_everything_required(submission=filed)
    workflow.perform(filed, "submit", by=amina)
    approved = factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, type_code="D3")
    workflow.perform(approved, "take_up", by=rita)
    workflow.perform(approved, "approve", by=piotr)
    read = factories.make_filed(iscm=mechanism_a, cycle=cycle, by=amina, type_code="D2")
    workflow.perform(read, "take_up", by=rita)
    kept = requesting.prepare(read, ChangeRequest(text="Shorter."), by=rita)
    of_compendium = Rendition.objects.create(kind="compendium", compendium=Compendium.objects.create(cycle=cycle))
    of_draft = Rendition.objects.create(kind="draft", submission=draft, canonical="{}", requested_by=amina)
    for rendition in (of_draft, filed.renditions.get(), of_compendium):
        rendition.status, rendition.finished_at = Rendition.Status.READY, timezone.now()
        rendition.file.save("input.pdf", ContentFile(b"%PDF-1.7"))
    by_mail = {"iscm": mechanism_a, "cycle": cycle, "by": rita, "type_code": "B1"}
    entered = factories.make_received(**by_mail)
    invited = Invitation.objects.create(
        email="new@example.org", iscm=mechanism_a, capacity=Capacity.FOCAL_POINT, invited_by=amina
    )
    of_help = draft.input_type.sections.first()
    return {
        **joint_names,
        "help": commenting.ask_for_help(draft, section=of_help, text="How long?", by=amina).pk,
        "a": mechanism_a.slug,
        "cycle": cycle.code,
        "draft": draft.reference,
        "filed": filed.reference,
        "read": read.reference,
        "kept": kept.pk,
        "section": draft.answers.exclude(section=blocks).first().section.code,
        "blocks": blocks.code,
        "affiliation": amina.affiliations.get().pk,
        "of_draft": factories.attach(submission=draft, by=amina).pk,
        "of_filed": of_filed.pk,
        # Added to the working copy since: IOM sees what was filed.
        "of_later": factories.attach(submission=filed, by=amina, content=b"%PDF-1.7 later").pk,
        "pdf_of_draft": of_draft.pk,
        "pdf_of_filed": filed.renditions.get().pk,
        "pdf_of_compendium": of_compendium.pk,
        "kept_search": SavedFilter.objects.create(user=rita, name="Kept", query="turn=iom").pk,
        "shared_search": SavedFilter.objects.create(user=rita, name="Shared", query="turn=iom", is_shared=True).pk,
        "invitation": invited.pk,
        "token": invited.token,
        "entered": entered.reference,
        "about_entered": entered.input_type.sections.filter(kind="engagement").get().code,
        "original": entered.received.original_id,
        "to_confirm": factories.make_received_filed(**by_mail, content=b"%PDF-1.7 another").reference,
    }


@pytest.fixture
def clients(amina, carla, rita, piotr, ada):
    """One for each column of the tables."""
    signed_in = []
    for person in (None, amina, carla, rita, piotr, ada):
        client = Client()
        if person:
            client.force_login(person)
        signed_in.append(client)
    return signed_in


def ask(client, line, names):
    """The answer to one line of a table; what it changed is taken back."""
    method, address = line.format(**names).split()
    with transaction.atomic():
        response = client.generic(method, address)
        transaction.set_rollback(True)
    if response.streaming:
        b"".join(response.streaming_content)  # a download keeps its file open until it has been read
    return response


def found_with(client, line, names):
    response = ask(client, line, names)
    if response.status_code == 302:
        return "in" if response.url.startswith(("/account/login/", "/admin/login/")) else "on"
    return WORDS.get(response.status_code, str(response.status_code))


@pytest.mark.parametrize("part", TABLES)
def test_each_person_finds_what_the_table_says(part, clients, request):
    names = request.getfixturevalue("names") if "{" in TABLES[part] else {}
    rows = rows_of(TABLES[part])
    assert {line: [found_with(client, line, names) for client in clients] for line in rows} == rows


def urls_below(resolver, prefix=""):
    """Every address of the URLconf, as (route, its pattern). The admin's own are Django's."""
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern).removeprefix("^")
        if isinstance(entry, URLResolver):
            if entry.app_name != "admin":
                yield from urls_below(entry, route)
        else:
            yield route, entry


def test_every_address_has_a_row(names):
    lines = {line for table in TABLES.values() for line in rows_of(table)}
    with_a_row = {resolve(line.format(**names).split()[1]).route for line in lines}
    assert [route for route, _ in urls_below(get_resolver()) if route not in with_a_row] == []


def test_what_changes_something_is_not_done_by_following_a_link(names, clients):
    lines = {line for table in TABLES.values() for line in rows_of(table)}
    only_posted = {line for line in lines if line.startswith("POST") and line.replace("POST", "GET") not in lines}
    _, amina, _, _, piotr, _ = clients
    allowed = {
        line: ask(client, line.replace("POST", "GET"), names).status_code
        for line in only_posted
        for client in [piotr if "compendium" in line else amina]
    }
    assert allowed == dict.fromkeys(only_posted, 405)
