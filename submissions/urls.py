from django.urls import path

from .views import (
    assigning,
    attachments,
    browsing,
    bulk,
    clearing,
    commenting,
    comparing,
    compiling,
    documents,
    endorsing,
    filing,
    filters,
    helping,
    leading,
    partners,
    people,
    receiving,
    reminding,
    requesting,
    reviewing,
    sections,
    steps,
)

people_urls = [
    path("language/", people.set_language, name="set_language"),
    path("profile/", people.profile, name="profile"),
    path("notices/stop/<str:token>/", reminding.stop_notices, name="stop_notices"),
    path("colleagues/", people.invite_colleague, name="invite_colleague"),
    path("mechanisms/<slug:slug>/people/", people.people, name="people"),
    path("mechanisms/<slug:slug>/people/invite/", people.invite, name="invite"),
    path("mechanisms/<slug:slug>/people/<int:pk>/end/", people.end_affiliation, name="end_affiliation"),
    path("mechanisms/<slug:slug>/people/<int:pk>/hand-over/", people.hand_over, name="hand_over"),
    path("invitations/<int:pk>/resend/", people.resend_invitation, name="resend_invitation"),
    path("invitations/<int:pk>/revoke/", people.revoke_invitation, name="revoke_invitation"),
    path("invitations/<slug:token>/", people.accept_invitation, name="accept_invitation"),
]

filing_urls = [
    path("mechanisms/<slug:slug>/", filing.iscm_home, name="iscm_home"),
    path("mechanisms/<slug:slug>/start/<slug:cycle>/<slug:type>/", filing.start_submission, name="start_submission"),
    path("inputs/<slug:reference>/", browsing.submission, name="submission"),
    path("inputs/<slug:reference>/tasks/", filing.tasks, name="tasks"),
    path("inputs/<slug:reference>/title/", filing.title, name="title"),
    path("inputs/<slug:reference>/check/", filing.check, name="check"),
    path("inputs/<slug:reference>/preview/", filing.preview, name="preview"),
    path("inputs/<slug:reference>/step/<slug:name>/", steps.step, name="step"),
    path("inputs/<slug:reference>/receipt/", steps.receipt, name="receipt"),
    path("inputs/<slug:reference>/history/", browsing.history, name="history"),
    path("inputs/<slug:reference>/compare/", comparing.compare, name="compare"),
]

joint_urls = [
    path("inputs/<slug:reference>/partners/", partners.partners, name="partners"),
    path("inputs/<slug:reference>/partners/add/", partners.add_partner, name="add_partner"),
    path("inputs/<slug:reference>/partners/ask-again/", partners.ask_again, name="ask_again"),
    path("inputs/<slug:reference>/partners/<int:pk>/", partners.partner, name="partner"),
    path("inputs/<slug:reference>/partners/<int:pk>/remove/", partners.remove_partner, name="remove_partner"),
    path("inputs/<slug:reference>/partners/<int:pk>/letter/", partners.record_letter, name="record_letter"),
    path("inputs/<slug:reference>/partners/<int:pk>/changes/", partners.partner_changes, name="partner_changes"),
    path("inputs/<slug:reference>/partners/<int:pk>/lead/", leading.offer_lead, name="offer_lead"),
    path("inputs/<slug:reference>/lead/", leading.lead_offer, name="lead_offer"),
    path("inputs/<slug:reference>/endorse/<slug:mechanism>/", endorsing.endorse, name="endorse"),
    path("reminders/stop/<str:token>/", reminding.stop_reminders, name="stop_reminders"),
]

commenting_urls = [
    path("inputs/<slug:reference>/comments/", commenting.comments, name="comments"),
    path("inputs/<slug:reference>/comments/<int:pk>/reply/", commenting.reply_to_comment, name="reply_to_comment"),
    path("inputs/<slug:reference>/comments/<int:pk>/resolve/", commenting.resolve_comment, name="resolve_comment"),
    path("inputs/<slug:reference>/comments/<int:pk>/reopen/", commenting.reopen_comment, name="reopen_comment"),
    path("inputs/<slug:reference>/help/", helping.ask_for_help, name="ask_for_help"),
    path("desk/help/", helping.help_list, name="help_list"),
    path("desk/help/<int:pk>/", helping.help_thread, name="help_thread"),
    path("desk/help/<int:pk>/resolve/", helping.resolve_help, name="resolve_help"),
    path("desk/help/<int:pk>/reopen/", helping.reopen_help, name="reopen_help"),
]

clearing_urls = [
    path("inputs/<slug:reference>/clearance/", clearing.clearance, name="clearance"),
    path("inputs/<slug:reference>/clearance/print/", clearing.print_clearance, name="print_clearance"),
    path("inputs/<slug:reference>/clearance/<int:pk>/strike/", clearing.strike_clearance, name="strike_clearance"),
]

requesting_urls = [
    path("inputs/<slug:reference>/changes/", requesting.changes, name="changes"),
    path("inputs/<slug:reference>/changes/ask/", requesting.ask_for_change, name="ask_for_change"),
    path("inputs/<slug:reference>/changes/print/", requesting.print_changes, name="print_changes"),
    path("inputs/<slug:reference>/changes/review/", requesting.print_review, name="print_review"),
    path("inputs/<slug:reference>/changes/<int:pk>/", requesting.edit_change, name="edit_change"),
    path("inputs/<slug:reference>/changes/<int:pk>/remove/", requesting.remove_change, name="remove_change"),
]

reviewing_urls = [
    path("desk/", reviewing.queue, name="queue"),
    path("desk/filters/", filters.saved_filters, name="saved_filters"),
    path("desk/filters/save/", filters.save_filter, name="save_filter"),
    path("desk/filters/<int:pk>/", filters.open_filter, name="open_filter"),
    path("desk/filters/<int:pk>/change/", filters.change_filter, name="change_filter"),
    path("desk/filters/<int:pk>/delete/", filters.delete_filter, name="delete_filter"),
    path("desk/assign/", assigning.propose_assignments, name="propose_assignments"),
    path("desk/bulk/<slug:act>/", bulk.bulk, name="bulk"),
    path("desk/bulk/<slug:act>/done/<slug:key>/", bulk.bulk_done, name="bulk_done"),
    path("inputs/<slug:reference>/assign/", assigning.assign, name="assign"),
]

receiving_urls = [
    path("desk/received/", receiving.received_inputs, name="received_inputs"),
    path("desk/received/enter/", receiving.enter_received, name="enter_received"),
    path("inputs/<slug:reference>/confirm/", receiving.confirm, name="confirm"),
]

section_urls = [
    path("inputs/<slug:reference>/section/<slug:code>/", sections.section, name="section"),
    path(
        "inputs/<slug:reference>/section/<slug:code>/objective/<int:number>/",
        sections.objective_block,
        name="objective_block",
    ),
    path("inputs/<slug:reference>/attachments/<int:pk>/", attachments.attachment, name="attachment"),
    path(
        "inputs/<slug:reference>/attachments/<int:pk>/remove/", attachments.remove_attachment, name="remove_attachment"
    ),
]

document_urls = [
    path("documents/<int:pk>/", documents.rendition, name="rendition"),
    path("documents/<int:pk>/file/", documents.rendition_file, name="rendition_file"),
    path("documents/<int:pk>/retry/", documents.retry_rendition, name="retry_rendition"),
]

compiling_urls = [
    path("compendiums/", compiling.compendiums, name="compendiums"),
    path("compendiums/<slug:cycle>/", compiling.compendium, name="compendium"),
    path("compendiums/<slug:cycle>/compile/", compiling.compile, name="compile"),
]

urlpatterns = [
    path("", browsing.home, name="home"),
    *people_urls,
    *filing_urls,
    *joint_urls,
    *section_urls,
    *commenting_urls,
    *clearing_urls,
    *requesting_urls,
    *reviewing_urls,
    *receiving_urls,
    *document_urls,
    *compiling_urls,
]
