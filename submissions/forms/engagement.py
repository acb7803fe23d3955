"""Who files, how, and how it was agreed: the section that every input begins with."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _

from .. import modes
from ..models import Affiliation, Capacity, EngagementMode, PartnerEntity, Region, ReviewCycle, Term
from ..permissions import enters
from .drafts import Choice, Line, PlainText, SectionForm, Ticks

Mode = EngagementMode.Mode
ANOTHER = "another"

# Which entry of the chart's list of representatives a person's capacity at the mechanism is.
TERM_OF_CAPACITY = {
    Capacity.CHAIR: "capacity-iscm-chair",
    Capacity.CO_CHAIR: "capacity-iscm-co-chair",
    Capacity.HEAD: "capacity-head-secretariat",
    Capacity.CO_HEAD: "capacity-co-head-secretariat",
    Capacity.WORKING_GROUP_CHAIR: "capacity-working-group-chair",
    Capacity.DELEGATE: "capacity-delegated-member",
}


class RegionTicks(forms.CheckboxSelectMultiple):
    """The box of the cycle's own region is ticked and cannot be unticked."""

    fixed = ""

    def create_option(self, name, value, *args, **options):
        option = super().create_option(name, value, *args, **options)
        if str(value) == self.fixed:
            option["attrs"] |= {"checked": True, "disabled": True}
        return option


class EngagementForm(SectionForm):
    def ask(self):
        self.modes = list(
            self.submission.input_type.engagement_modes.order_by("position").prefetch_related("representatives__texts")
        )
        self.only_mode = self.modes[0] if len(self.modes) == 1 else None
        if not self.only_mode:
            self.fields["modes"] = Ticks(
                label=_("Mode of engagement"), choices=[(mode.mode, mode.get_mode_display()) for mode in self.modes]
            )
        self.combining = modes.on_combining(self.modes, modes.combined(self.modes))
        for mode in self.modes:
            self._ask_of(mode)
        self.offered_regions = self._regions()
        if self.offered_regions:
            self.fields["regions"] = Ticks(
                label=_("Which regional reviews is this input for?"),
                help_text=_("It is filed to this review, which cannot be taken off: %(region)s.")
                % {"region": self.own_region.name},
                choices=[(region.code, region.name) for region in self.offered_regions],
                widget=RegionTicks,
            )
            self.fields["regions"].widget.fixed = self.own_region.code
        self.fields["agreed_how"] = PlainText(
            label=_("How was this input agreed within each of the mechanisms that make it?")
            if self.submission.input_type.is_joint
            else _("How was this input agreed within the mechanism?"),
            help_text=_("For example: adopted at a meeting, sent to all members for comments, approved by the Chair."),
        )
        self.fields["is_collective"] = forms.BooleanField(
            required=False,
            label=_(
                "I confirm that this is a regional, collective input by the mechanisms that make it, each as a whole, "
                "about their own work as entities and not about their Member States’ engagement."
            )
            if self.submission.input_type.is_joint
            else _(
                "I confirm that this is a regional, collective input by the mechanism as a whole, about its own work "
                "as an entity and not about its Member States’ engagement."
            ),
        )
        if enters(self.by, self.submission):
            # Nobody else says so for a mechanism; it does when it confirms what IOM has entered.
            self.fields["is_collective"].disabled = True
            self.fields["agreed_how"].help_text = _("Only if the original says it. Otherwise the mechanism is asked.")
            self.fields["is_collective"].help_text = _("Only the mechanism can say this. It is asked to when you file.")

    def _ask_of(self, mode):
        prefix = mode.mode
        if mode.mode == Mode.INDIRECT_STATES:
            self.fields[f"{prefix}-member_states"] = Line(
                label=_("Member State or Member States"),
                max_length=400,
                help_text=_("The State or group of States of the mechanism that makes the input on its behalf."),
            )
        if mode.mode == Mode.INDIRECT_IGO:
            self.fields[f"{prefix}-igo"] = Choice(
                label=_("Intergovernmental organization"),
                choices=[
                    *((str(igo.pk), igo.name) for igo in self._associations()),
                    (ANOTHER, _("Another organization")),
                ],
                empty_label=_("Choose"),
                help_text=_("It must have a formal association with the mechanism. IOM checks this."),
            )
            self.fields[f"{prefix}-igo_named"] = Line(
                label=_("If another: its name"),
                max_length=200,
                help_text=_("Name it here if it is not on the list above; IOM then asks you about the association."),
            )
        if mode.representatives.all():
            self.fields[f"{prefix}-capacity"] = Choice(
                label=_("Capacity of the representative"),
                choices=[(term.code, term.name) for term in mode.representatives.all()],
                empty_label=_("Choose"),
            )
            self.fields[f"{prefix}-representative"] = Line(label=_("Name of the representative"), max_length=200)
        elif mode.mode == Mode.DIRECT_JOINT:  # of an event: the chart names nobody, the partners may
            self.fields[f"{prefix}-representative"] = Line(
                label=_("Jointly designated representative (optional)"),
                max_length=200,
                help_text=_("Whoever speaks for all who make this input, if the partners have chosen somebody."),
            )

    def _associations(self):
        """Those in force, and one that was chosen before the register changed."""
        chosen = PartnerEntity.objects.filter(engagements__submission=self.submission)
        return (self.submission.iscm.formal_associations.all() | chosen).distinct().order_by("name")

    def _regions(self):
        """Nothing is asked where there is nothing to choose, unless what is stored is not that."""
        self.own_region = self.submission.cycle.region
        if self.submission.cycle.kind != ReviewCycle.Kind.REGIONAL:
            return []
        makers = Q(iscms=self.submission.iscm_id) | Q(iscms__in=self.submission.partnerships.endorsing().values("iscm"))
        regions = list(Region.objects.filter(Q(pk=self.own_region.pk) | makers).distinct().with_texts())
        is_right = set(self.submission.regions.values_list("pk", flat=True)) == {self.own_region.pk}
        return [] if is_right and len(regions) == 1 else regions

    def parts(self):
        """The fields of each mode, for the template."""
        return [(mode, [self[name] for name in self.fields if name.startswith(f"{mode.mode}-")]) for mode in self.modes]

    @property
    def asks_regions(self):
        return bool(self.offered_regions)

    def stored(self, submission):
        engagements = {one.mode_id: one for one in submission.engagements.select_related("capacity")}
        values = {"modes": [mode.mode for mode in self.modes if mode.pk in engagements]}
        for mode in self.modes:
            values |= self._stored_of(mode, engagements.get(mode.pk))
        if self.offered_regions:
            chosen = set(submission.regions.values_list("code", flat=True))
            values["regions"] = [region.code for region in self.offered_regions if region.code in chosen]
        return values | {
            "agreed_how": submission.agreed_how,
            "is_collective": submission.is_collective,
        }

    def _stored_of(self, mode, engagement):
        found = {
            "member_states": engagement.member_states if engagement else "",
            "igo": (str(engagement.igo_id or "") or (ANOTHER if engagement.igo_named else "")) if engagement else "",
            "igo_named": engagement.igo_named if engagement else "",
            "capacity": engagement.capacity.code if engagement and engagement.capacity else "",
            "representative": engagement.representative if engagement else "",
        }
        return {f"{mode.mode}-{name}": value for name, value in found.items() if f"{mode.mode}-{name}" in self.fields}

    def shown(self):
        """Who represents the mechanism is suggested until somebody has said it."""
        values = self.stored(self.submission)
        if enters(self.by, self.submission):
            return values  # it stands in the original, or nowhere
        for mode in self.modes:
            if mode.mode not in values["modes"] and mode.representatives.all():
                capacity, name = self._likely_representative(mode)
                values |= {f"{mode.mode}-capacity": capacity, f"{mode.mode}-representative": name}
        return values

    def _likely_representative(self, mode):
        """The mechanism's Chair or Head, else the person who writes; in a capacity only if the list has theirs."""
        offered = {term.code for term in mode.representatives.all()}
        current = Affiliation.objects.current().filter(iscm=self.submission.iscm).select_related("user")
        own = [affiliation for affiliation in current if affiliation.user_id == self.by.pk]
        order = list(TERM_OF_CAPACITY)
        heads = sorted((one for one in current if one.is_head), key=lambda one: order.index(one.capacity))
        if len(offered) == 1 and not offered & set(TERM_OF_CAPACITY.values()):  # the jointly designated member
            return offered.pop(), next((head.user.name for head in heads), self.by.name)
        for affiliation in [*heads, *own]:
            if (code := TERM_OF_CAPACITY.get(affiliation.capacity)) in offered:
                return code, affiliation.user.name
        return "", self.by.name

    def clean(self):
        cleaned = super().clean()
        if self.offered_regions:
            ticked = {self.own_region.code, *cleaned.get("regions", [])}
            cleaned["regions"] = [region.code for region in self.offered_regions if region.code in ticked]
        cleaned["modes"] = [self.only_mode.mode] if self.only_mode else cleaned.get("modes", [])
        for mode in self.modes:
            self._settle(mode, cleaned)
        cleaned["modes"] = [mode.mode for mode in self.modes if mode.mode in cleaned["modes"]]
        return cleaned

    def _settle(self, mode, cleaned):
        prefix = mode.mode
        if mode.mode == Mode.INDIRECT_IGO:
            if not cleaned.get(f"{prefix}-igo") and cleaned.get(f"{prefix}-igo_named"):
                cleaned[f"{prefix}-igo"] = ANOTHER
            if cleaned.get(f"{prefix}-igo") == ANOTHER and not cleaned.get(f"{prefix}-igo_named"):
                cleaned[f"{prefix}-igo"] = ""
        if prefix in cleaned["modes"]:
            return
        if cleaned.get(f"{prefix}-member_states") or cleaned.get(f"{prefix}-igo_named"):
            cleaned["modes"].append(prefix)
            self.notes.append(
                _("“%(mode)s” counts as ticked, because somebody is named under it. Empty that to take it off.")
                % {"mode": mode.get_mode_display()}
            )
            return
        for name in self.fields:
            if name.startswith(f"{prefix}-") and name in cleaned:
                cleaned[name] = ""

    def write(self, submission):
        values = self.values()
        submission.agreed_how, submission.is_collective = values["agreed_how"], values["is_collective"]
        submission.save(update_fields=["agreed_how", "is_collective"])
        if self.offered_regions:
            submission.regions.set([region for region in self.offered_regions if region.code in values["regions"]])
        submission.engagements.exclude(mode__mode__in=values["modes"]).delete()
        terms = {term.code: term for term in Term.objects.filter(vocabulary=Term.Vocabulary.CAPACITY)}
        for mode in self.modes:
            if mode.mode not in values["modes"]:
                continue
            igo = values.get(f"{mode.mode}-igo", "")
            submission.engagements.update_or_create(
                mode=mode,
                defaults={
                    "capacity": terms.get(values.get(f"{mode.mode}-capacity", "")),
                    "representative": values.get(f"{mode.mode}-representative", ""),
                    "member_states": values.get(f"{mode.mode}-member_states", ""),
                    "igo_id": int(igo) if igo.isdigit() else None,
                    "igo_named": values.get(f"{mode.mode}-igo_named", ""),
                },
            )
