"""What a person must know of an offered pipeline before it does what they asked for."""

from __future__ import annotations

from taxi_assets.assistant.copilot.conversation import PipelineOffer, warehouses_of
from taxi_assets.assistant.copilot.plan import AddressPlan
from taxi_assets.settings import WAREHOUSES, Settings, variable
from taxi_assets.settings.automation import AutomationSettings


def missing_settings(offer: PipelineOffer, settings: Settings) -> list[str]:
    """What has to be set before the file can be loaded."""
    pipeline = offer.plan.pipeline
    assert pipeline is not None
    used = warehouses_of(pipeline)
    lacking = used.difference(settings.warehouses)
    if not lacking:
        return []
    named = ",".join([*settings.warehouses, *sorted(lacking)])
    needed = (need for name in sorted(lacking) for need in WAREHOUSES[name].needs)
    return [
        f"set {variable('warehouses')}={named}",
        *(
            f"set {variable(need)}: {Settings.model_fields[need].description}"
            for need in needed
            if getattr(settings, need) is None
        ),
    ]


def notes(offer: PipelineOffer, settings: AutomationSettings, request: str) -> list[str]:
    """What holds of it, by the settings of now."""
    pipeline = offer.plan.pipeline
    assert pipeline is not None
    said = []
    if pipeline.schedule is None:
        said.append("It has no schedule: it runs when somebody asks for it.")
    else:
        said.append(
            f"Its schedule is in the time zone {settings.schedule_timezone} "
            f"({variable('schedule_timezone')}); it is due next at {offer.proof.next_tick}."
        )
        if settings.schedules == "off":
            said.append(
                f"Schedules are off: set {variable('schedules')}=on, or turn that of "
                f"{offer.proof.job} on in the UI, under Automation. They need the daemon that "
                "`taxi-assets dev` starts."
            )
    by_hand = f"`taxi-assets pipelines {pipeline.name}`"
    if isinstance(pipeline, AddressPlan):
        said.append(
            f"The address was not asked: {by_hand} tries whether it answers with these columns. "
            "A wrong answer changes no table."
        )
        if pipeline.url not in request:
            said.append(
                "The address does not stand in the request: the model named it. Look at it."
            )
        return said
    months = len(offer.proof.months)
    if pipeline.schedule is not None:
        said.append(
            "Each time it loads what is published and missing, at most "
            f"{settings.schedule_months} months ({variable('schedule_months')}), the newest first; "
            "once all are there, mostly nothing is new: TLC publishes about two months late."
        )
    said.append(f"{by_hand} loads at once all of its months that are published, {months} at most.")
    return said
