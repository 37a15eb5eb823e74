"""The doctor: lists settings with their origin, and tries out each part of the installation."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from taxi_assets.errors import TaxiAssetsError
from taxi_assets.gcp.bucket import missing_rights, require_location
from taxi_assets.gcp.cloud import google_cloud_of
from taxi_assets.settings import Settings, SourceChoice, variable, variables
from taxi_assets.settings.env_file import env_file_names
from taxi_assets.settings.source import SourceSettings
from taxi_assets.source.probe import probe
from taxi_assets.source.public_url import public_url
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.warehouse.all_records import RECORD_TABLES
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.records import require_known
from taxi_assets.warehouse.registry import warehouses_of

_UNSET = "–"
_DEFAULT = "default"
_HASTY_SECONDS = 10
_SCARCE_BYTES = 2_000_000_000


@dataclass(frozen=True)
class SettingLine:
    """A setting in use: variable, value without secrets, origin of the value, meaning."""

    variable: str
    value: str
    origin: str
    meaning: str

    @property
    def is_set(self) -> bool:
        """Whether somebody set it, so that it has not its default."""
        return self.origin != _DEFAULT


@dataclass(frozen=True)
class Finding:
    """The result of trying out one part.

    Attributes:
        part: the part.
        ok: whether it works.
        detail: what was found.
        remedy: what to do if it does not work.
    """

    part: str
    ok: bool
    detail: str
    remedy: str = ""


def setting_lines(settings: Settings) -> list[SettingLine]:
    """Every setting, with its value and the origin of the value."""
    in_file = env_file_names()
    lines = []
    for name, field in Settings.model_fields.items():
        given = [env for env in variables(name) if os.environ.get(env)]
        named = [env for env in variables(name) if env in in_file]
        env = next(iter([*given, *named]), variable(name))
        origin = "environment" if given else ".env" if named else _DEFAULT
        value = getattr(settings, name)
        lines.append(SettingLine(env, _shown(name, value), origin, field.description or ""))
    return lines


def settings_markdown() -> str:
    """The table of settings of docs/settings.md: variable, default and meaning."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = _shown(name, field.default)
        shown = default if default == _UNSET else f"`{default}`"
        lines.append(f"| `{variable(name)}` | {shown} | {field.description} |")
    return "\n".join(lines)


def _shown(name: str, value: object) -> str:
    if value is None:
        return _UNSET
    if name.endswith("_url"):
        return public_url(str(value))
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value)


def findings(settings: Settings) -> Iterator[Finding]:
    """Try out source, lake, Dagster's home and warehouses, one after the other."""
    yield from _sources(settings)
    yield _lake(settings)
    if settings.dagster_postgres_dsn is None:
        yield _home(settings.dagster_home)
    yield _watch(settings)
    if settings.alert_webhook is not None:
        yield _alerts(settings)
    for warehouse in warehouses_of(settings):
        yield _warehouse(warehouse)


def _sources(settings: SourceSettings) -> Iterator[Finding]:
    urls = {
        SourceChoice.AUTO: [settings.csv_base_url, settings.parquet_base_url],
        SourceChoice.CSV: [settings.csv_base_url],
        SourceChoice.PARQUET: [settings.parquet_base_url],
        SourceChoice.SAMPLE: ["sample://trips"],
    }[settings.source]
    for url in urls:
        problem = probe(url)
        yield Finding(
            "source",
            problem is None,
            f"{public_url(url)}: {problem or 'answers'}",
            "check the network and the proxy, or set a mirror: TAXI_CSV_BASE_URL, "
            "TAXI_PARQUET_BASE_URL; TAXI_SOURCE=sample needs no network",
        )


def _lake(settings: Settings) -> Finding:
    if settings.lake_bucket is None:
        return _writable("lake", settings.lake_folder, "TAXI_LAKE or TAXI_DATA_DIR")
    bucket, _ = settings.lake_bucket
    hasty = replace(google_cloud_of(settings), retry_seconds=_HASTY_SECONDS)
    try:
        missing = missing_rights(hasty, bucket)
        # BigQuery reads files of other locations not at all, or at a price.
        beside = "bigquery" in settings.warehouses
        place = f", in {require_location(hasty, bucket)} beside the dataset" if beside else ""
    except TaxiAssetsError as error:
        return Finding("lake", False, error.what, error.remedy)
    return Finding(
        "lake",
        not missing,
        f"gs://{bucket}: "
        + (f"not allowed: {', '.join(missing)}" if missing else f"may be used{place}"),
        f"`gcloud storage buckets add-iam-policy-binding gs://{bucket} --member=MEMBER "
        "--role=roles/storage.objectUser`; a new grant takes a minute to hold",
    )


def _alerts(settings: Settings) -> Finding:
    from taxi_assets.automation.alert_health import broken_alerts

    broken = broken_alerts(settings)
    return Finding(
        "alerts",
        not broken,
        "; ".join(broken) or "no sensor of alerts has failed",
        "check the webhook and TAXI_ALERT_WEBHOOK; the UI lists the sensors under Automation",
    )


def _home(home: Path) -> Finding:
    from taxi_assets.automation.instance import require_plain_home

    part = "Dagster's home"
    try:
        require_plain_home(home)
    except TaxiAssetsError as error:
        return Finding(part, False, error.what, error.remedy)
    return _writable(part, home, "DAGSTER_HOME or TAXI_DATA_DIR")


def _watch(settings: Settings) -> Finding:
    """What the watch last found of the source as a whole; months are for `taxi-assets alerts`."""
    from taxi_assets.automation.instance import open_instance
    from taxi_assets.watch.survey import last_report

    part = "watch of the source"
    try:
        with open_instance(settings) as instance:
            reports = [last_report(instance, dataset) for dataset in DATASETS.values()]
    except TaxiAssetsError as error:
        return Finding(part, False, error.what, error.remedy)
    found = [trouble for report in reports if report for trouble in report.of_source]
    looks = [report.at for report in reports if report]
    seen = f"nothing amiss, as of {max(looks):%Y-%m-%d %H:%M} UTC" if looks else "never looked yet"
    return Finding(
        part,
        not found,
        "; ".join(trouble.title for trouble in found) or seen,
        "`taxi-assets alerts` says since when, why, and what to do",
    )


def _writable(part: str, folder: Path, setting: str) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            free_bytes = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(part, False, f"{folder}: {error.strerror}", f"set {setting}")
    detail = f"{folder}: writable, {free_bytes / 1e9:.1f} GB free"
    remedy = f"free some space or set {setting}: a month may take 2 GB while it is loaded"
    return Finding(part, free_bytes > _SCARCE_BYTES, detail, remedy)


def _warehouse(warehouse: Warehouse) -> Finding:
    try:
        found = warehouse.diagnose()
        if warehouse.exists():
            with warehouse.session(_HASTY_SECONDS) as session:
                require_known(session, RECORD_TABLES)
        return Finding(warehouse.name, True, found)
    except TaxiAssetsError as error:
        return Finding(warehouse.name, False, error.what, error.remedy)
