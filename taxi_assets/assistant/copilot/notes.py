"""What a person must know of an offered pipeline before it does what they asked for."""

from __future__ import annotations

from taxi_assets.assistant.copilot.conversation import PlannedFile
from taxi_assets.assistant.copilot.judging import address_notes, missing_secrets
from taxi_assets.assistant.copilot.plan import AddressPlan, TripsPlan
from taxi_assets.settings import WAREHOUSES, Settings, variable


def missing_settings(file: PlannedFile, settings: Settings) -> list[str]:
    """What has to be set before the file can be loaded and run."""
    missing = missing_secrets(file.plan, settings)
    if isinstance(file.plan, AddressPlan):
        missing += address_notes(file.plan, settings)[0]
    taxis = [dataset.taxi for dataset in settings.datasets]
    if isinstance(file.plan, TripsPlan) and file.plan.taxi not in taxis:
        missing.append(f"set {variable('taxis')}={','.join([*taxis, file.plan.taxi])}")
    lacking = file.plan.warehouses_used.difference(settings.warehouses)
    if not lacking:
        return missing
    named = ",".join([*settings.warehouses, *sorted(lacking)])
    needed = (need for name in sorted(lacking) for need in WAREHOUSES[name].needs)
    return [
        f"set {variable('warehouses')}={named}",
        *(
            f"set {variable(need)}: {Settings.model_fields[need].description}"
            for need in needed
            if getattr(settings, need) is None
        ),
        *missing,
    ]


def notes(file: PlannedFile, settings: Settings, request: str) -> list[str]:
    """What holds of it, by the settings of now."""
    plan = file.plan
    said = []
    if plan.schedule is None:
        said.append("It has no schedule: it runs when somebody asks for it.")
    else:
        said.append(
            f"Its schedule is in the time zone {settings.schedule_timezone} "
            f"({variable('schedule_timezone')}); it is due next at {file.proof.next_tick}."
        )
        if settings.schedules == "off":
            said.append(
                f"Schedules are off: set {variable('schedules')}=on, or turn that of "
                f"{file.proof.job} on in the UI, under Automation. They need the daemon that "
                "`taxi-assets dev` starts."
            )
    by_hand = f"`taxi-assets pipelines {plan.name}`"
    if isinstance(plan, AddressPlan):
        said += address_notes(plan, settings)[1]
        if plan.url not in request:
            said.append(
                "The address does not stand in the request: the model named it. Look at it."
            )
    if not isinstance(plan, TripsPlan):
        said.append(f"{by_hand} runs it. If it fails, no table changes.")
        return said
    months = len(file.proof.months)
    if plan.schedule is not None:
        said.append(
            "Each time it loads what is published and missing, at most "
            f"{settings.schedule_months} months ({variable('schedule_months')}), the newest first; "
            "once all are there, mostly nothing is new: TLC publishes about two months late."
        )
    said.append(f"{by_hand} loads at once all of its months that are published, {months} at most.")
    return said
