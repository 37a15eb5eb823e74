"""Audits of months: one for the command line, and a weekly job over all of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain

import dagster as dg

from taxi_assets.automation.month_outcomes import CheckOutcome, MonthOutcome, State
from taxi_assets.automation.schedules import default_schedule_status
from taxi_assets.errors import InvalidMonthError, PermanentError, TaxiAssetsError
from taxi_assets.failures import dagster_failures
from taxi_assets.lake.fetching import land_month
from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landing import Landing, lake_name
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.full_audit import Finding, audit_month, audit_names
from taxi_assets.warehouse.holdings import known_months
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.row_proof import Proof

AUDIT_JOB = "audit_months"
_SUNDAY_AT_FIVE = "0 5 * * 0"
_LOADED_AGAIN = (Proof.WRONG, Proof.OUTDATED)


def file_to_audit(catalog: Catalog, dataset: Dataset, month: Month) -> TripFile:
    """The file that a month comes from, also where the settings chose another source since.

    Raises:
        InvalidMonthError: the dataset has no such month.
    """
    try:
        return catalog.file(dataset, month)
    except InvalidMonthError:  # by TAXI_SOURCE=csv, a month that has no CSV
        return TripFile(dataset, dataset.require(month), FileFormat.PARQUET)


def audited(
    lake: Lake,
    warehouses: Sequence[Warehouse],
    catalog: Catalog,
    file: TripFile,
    load_again: Callable[[], MonthOutcome] | None = None,
) -> MonthOutcome:
    """Audit a month, and repair what is not as its file says if that is asked for.

    Args:
        lake: the lake.
        warehouses: the warehouses.
        catalog: where the file is published.
        file: the month.
        load_again: loads the month even if it is unchanged; None repairs nothing.
    """
    name = f"{file.dataset.taxi} {file.month}"
    try:
        findings = audit_month(lake, warehouses, file)
        in_lake = any(lake.find(lake_name(each)) is not None for each in file.siblings)
        if not in_lake and all(finding.is_absent for finding in findings):
            raise PermanentError(
                f"{name} is neither in the lake nor in a table",
                f"`taxi-assets load {name}` loads it; `taxi-assets status` shows what is there",
            )
        repairs = []
        if load_again is not None and not _proved(findings):
            if not _proved(f for f in findings if f.side == "lake"):
                landing = land_month(lake, catalog, file, anew=True)
                if isinstance(landing, Landing):  # the source may not have it any more
                    repairs.append("fetched again")
                findings = audit_month(lake, warehouses, file)
            if any(f.subject == "rows" and f.proof in _LOADED_AGAIN for f in findings):
                outcome = load_again()
                if outcome.state is State.FAILED and outcome.message:
                    return outcome
                repairs.append("loaded again")
                findings = audit_month(lake, warehouses, file)
    except TaxiAssetsError as error:
        return MonthOutcome(name, State.FAILED, message=str(error))
    return replace(_outcome(name, findings), message=" and ".join(repairs))


def audited_names(warehouses: Sequence[Warehouse], dataset: Dataset) -> list[MonthOutcome]:
    """An outcome that names rows of the table that no month's file has; empty if there are none."""
    try:
        findings = audit_names(warehouses, dataset)
    except TaxiAssetsError as error:
        return [MonthOutcome(dataset.taxi, State.FAILED, message=str(error))]
    return [_outcome(dataset.taxi, findings)] if findings else []


def _outcome(name: str, findings: Sequence[Finding]) -> MonthOutcome:
    checks = tuple(
        CheckOutcome(
            asset=finding.side,
            name=finding.subject,
            passed=finding.proof is Proof.PROVED,
            blocks=finding.proof is Proof.WRONG,
            reason=f"{finding.proof}: {finding.text}",
        )
        for finding in findings
    )
    wrong = any(check.blocks for check in checks)
    return MonthOutcome(name, State.FAILED if wrong else State.CHECKED, checks=checks)


def _proved(findings: Iterable[Finding]) -> bool:
    return all(finding.proof is Proof.PROVED for finding in findings)


def audit_definitions(catalog: Catalog, warehouses: Sequence[Warehouse]) -> dg.Definitions:
    """The job that audits all months, and its weekly schedule."""

    @dg.op(
        name="audit_all_months",
        required_resource_keys={"lake"},
        description="Reads every file in the lake anew, and holds tables, ledgers and notes "
        "against it.",
    )
    def audit_all(context: dg.OpExecutionContext) -> None:
        lake: Lake = context.resources.lake
        wrong = []
        for dataset in DATASETS.values():
            with dagster_failures():
                months = known_months(lake, warehouses, dataset)
            outcomes = (
                audited(lake, warehouses, catalog, file_to_audit(catalog, dataset, month))
                for month in months
            )
            for outcome in chain(outcomes, audited_names(warehouses, dataset)):
                reasons = [outcome.message, *(c.reason for c in outcome.checks if not c.passed)]
                said = "; ".join(filter(None, reasons)) or "proved"
                log = context.log.error if outcome.state is State.FAILED else context.log.info
                log(f"{outcome.name}: {said}")
                if outcome.state is State.FAILED:
                    wrong.append(outcome.name)
        if wrong:
            raise dg.Failure(
                f"{len(wrong)} months are not what their files say: {', '.join(wrong)}. "
                "What to do: `taxi-assets audit TAXI MONTH` shows what differs, and with "
                "--repair brings back what the file says",
                allow_retries=False,
            )

    @dg.job(name=AUDIT_JOB, description="Holds every month in every warehouse against its file.")
    def audit_months() -> None:
        audit_all()

    weekly = dg.ScheduleDefinition(
        name="weekly_audit",
        job=audit_months,
        cron_schedule=_SUNDAY_AT_FIVE,
        execution_timezone=catalog.settings.schedule_timezone,
        default_status=default_schedule_status(catalog.settings),
        description="Sundays: holds every month in every warehouse against its file.",
    )
    return dg.Definitions(jobs=[audit_months], schedules=[weekly])
