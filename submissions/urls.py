from django.urls import path

from .views import attachments, browsing, compiling, documents, filing, people, reviewing, sections, steps

people_urls = [
    path("language/", people.set_language, name="set_language"),
    path("profile/", people.profile, name="profile"),
    path("colleagues/", people.invite_colleague, name="invite_colleague"),
    path("mechanisms/<slug:slug>/people/", people.people, name="people"),
    path("mechanisms/<slug:slug>/people/invite/", people.invite, name="invite"),
    path("mechanisms/<slug:slug>/people/<int:pk>/end/", people.end_affiliation, name="end_affiliation"),
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
]

reviewing_urls = [
    path("desk/", reviewing.queue, name="queue"),
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
    *section_urls,
    *reviewing_urls,
    *document_urls,
    *compiling_urls,
]
