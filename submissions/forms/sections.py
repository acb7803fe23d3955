"""Which form asks for which kind of section."""

from ..models import OutlineSection
from .details import AnnexesForm, EventForm, SpeakingForm
from .drafts import SectionForm
from .engagement import EngagementForm
from .objectives import ObjectivesForm, PrinciplesForm
from .recommendations import RecommendationsForm
from .texts import ChallengesForm, ContributionForm, TextForm

Kind = OutlineSection.Kind

FORMS: dict[str, type[SectionForm]] = {
    Kind.ENGAGEMENT: EngagementForm,
    Kind.TEXT: TextForm,
    Kind.CONTRIBUTION: ContributionForm,
    Kind.OBJECTIVES: ObjectivesForm,
    Kind.PRINCIPLES: PrinciplesForm,
    Kind.CHALLENGES: ChallengesForm,
    Kind.RECOMMENDATIONS: RecommendationsForm,
    Kind.EVENT: EventForm,
    Kind.SPEAKING: SpeakingForm,
    Kind.ANNEXES: AnnexesForm,
}
