"""The component ``Report``: looks at what is loaded, and tells a webhook or a file."""

import json
from typing import Annotated, Literal
from urllib.parse import urlsplit

import dagster as dg
from pydantic import Field, JsonValue, SecretStr, model_validator

from taxi_assets.automation.recorded_checks import trip_check_keys
from taxi_assets.components.pipeline import GROUP, Pipeline, job_name
from taxi_assets.components.report_content import Finding, checked, covered
from taxi_assets.components.request_secrets import SecretName
from taxi_assets.components.taxi_name import TaxiName
from taxi_assets.components.web_address import transport_of
from taxi_assets.errors import InvalidFileError, SourceUnavailableError
from taxi_assets.failures import dagster_failures
from taxi_assets.output_file import write_file
from taxi_assets.settings import Settings, variable
from taxi_assets.settings.pipelines import PipelineSettings
from taxi_assets.source.refusals import refused_connection
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.warehouse.registry import warehouses_of

_ACCEPTED = range(200, 300)
_FILE = r"^[a-z0-9][a-z0-9_-]{0,62}\.(json|txt|html)$"


class Report(Pipeline):
    """A report on what is loaded. The run fails if the report has errors, after it was told.

    Attributes:
        shows: ``checks``: the checks of the newest months, measured now; ``coverage``: whether lake
            and warehouses agree on every month; ``page``: the whole report as HTML.
        taxis: the taxis of checks and coverage; without it, all.
        newest: how many of the loaded months of each taxi are checked.
        webhook: name of the secret that holds the address to post to.
        file: a file in the folder ``reports`` of the data dir: .json, .txt, or .html for the page.
    """

    shows: Literal["checks", "coverage", "page"]
    taxis: Annotated[list[TaxiName], Field(min_length=1)] | None = None
    newest: int = Field(3, ge=1, le=1_000)
    webhook: SecretName | None = None
    file: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}\.(json|txt|html)$")] | None = (
        None
    )

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "Report":
        if self.webhook is None and self.file is None:
            raise ValueError("name a webhook or a file for the report")
        is_page = self.shows == "page"
        if is_page and self.webhook is not None:
            raise ValueError("a page goes to a file; post checks or coverage to a webhook")
        if self.file is not None and is_page != self.file.endswith(".html"):
            raise ValueError("file: a page is .html, checks and coverage are .json or .txt")
        return self

    @property
    def used_warehouses(self) -> tuple[str, ...]:
        """None of its own: it looks at all of the settings'."""
        return ()

    @property
    def secrets(self) -> list[str]:
        """The names of the secrets that it needs."""
        return [] if self.webhook is None else [self.webhook]

    @property
    def title(self) -> str:
        """What the pipeline does, in one line."""
        newest = f" of the newest {self.newest} months" if self.shows == "checks" else ""
        where = [f"the webhook {self.webhook}"] if self.webhook else []
        where += [f"reports/{self.file}"] if self.file else []
        return f"a report, {self.shows}{newest}, to {' and '.join(where)}"

    def require(self, settings: Settings) -> None:
        """Check that the settings have the webhook.

        Raises:
            ValueError: they do not, or it belongs to another host.
        """
        super().require(settings)
        if self.webhook is not None:
            webhook_of(settings, self.webhook)

    def definitions(self, name: str, settings: Settings) -> dg.Definitions:
        """The report as an asset, its job and its schedule."""

        @dg.asset(
            key=["reports", name],
            group_name=GROUP,
            kinds={"report"},
            description=f"{self.title}.\n\nMade by the pipeline {name}.",
        )
        def report(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
            with dagster_failures():
                found = self._found(context, settings)
                self._tell(found, settings)
                if found.errors:
                    raise InvalidFileError(found.text, "`taxi-assets status` and `check` say more")
            return dg.MaterializeResult(metadata={"report": dg.MarkdownMetadataValue(found.text)})

        job = dg.define_asset_job(job_name(name), [report], description=self.title)
        return dg.Definitions(assets=[report], jobs=[job], schedules=self.schedules(name, settings))

    def _found(self, context: dg.AssetExecutionContext, settings: Settings) -> Finding:
        datasets = [DATASETS[taxi] for taxi in self.taxis or DATASETS]
        if self.shows == "checks":
            return checked(warehouses_of(settings), datasets, self.newest, settings)
        if self.shows == "page":
            from taxi_assets.report.check_states import check_states
            from taxi_assets.report.content import gather
            from taxi_assets.report.page.page import as_html
            from taxi_assets.report.period import Choice

            states = check_states(context.instance, trip_check_keys(settings))
            page = as_html(gather(settings, states, Choice(tuple(datasets))))
            self._write(page, settings)
            return Finding(f"{len(page.encode()) / 1e6:.1f} MB in reports/{self.file}", [])
        return covered(datasets, settings)

    def _tell(self, found: Finding, settings: Settings) -> None:
        if self.file is not None and self.shows != "page":
            self._write(found.json if self.file.endswith(".json") else found.text, settings)
        if self.webhook is not None:
            post(webhook_of(settings, self.webhook), found, settings)

    def _write(self, text: str, settings: Settings) -> None:
        path = settings.data_dir / "reports" / str(self.file)
        write_file(path, text.encode(), make_folder=True)


def webhook_of(settings: PipelineSettings, name: str) -> SecretStr:
    """The address of a webhook: a secret that is an address of its own host.

    Raises:
        ValueError: there is none.
    """
    secrets = settings.pipeline_secrets
    key = next((each for each in secrets if each.startswith(f"{name}@")), None)
    if key is None:
        raise ValueError(
            f"{variable('pipeline_secrets')} has no {name}@HOST: add it there, with the address of "
            "the webhook on that host"
        )
    parts = urlsplit(secrets[key].get_secret_value())
    if parts.scheme not in ("http", "https") or f"{name}@{parts.hostname}" != key:
        raise ValueError(f"{key} in {variable('pipeline_secrets')} is no address of that host")
    return secrets[key]


def post(webhook: SecretStr, found: Finding, settings: Settings) -> None:
    """Post a report; ``text`` is what Slack, Mattermost and their like show.

    Raises:
        SourceUnavailableError: it was not taken. The address is a secret, and is not shown.
        SourceRefusedError: the webhook is not at a public address.
    """
    body: dict[str, JsonValue] = {
        "text": found.text,
        "title": found.title,
        "details": list(found.details),
    }
    session = transport_of(settings).session
    try:
        answer = session.post(
            webhook.get_secret_value(),
            data=json.dumps(body),
            headers={"Content-Type": "application/json"},
            timeout=settings.http_timeout_seconds,
        )
        reason = f"it answers HTTP {answer.status_code}"
        taken = answer.status_code in _ACCEPTED
    except OSError as error:  # as all of ``requests``, and a missing file of certificates
        # Its text quotes the address.
        refusal = refused_connection(error, variable("pipeline_secrets"))
        reason, taken = refusal.what if refusal else type(error).__name__, False
    if not taken:
        raise SourceUnavailableError(
            f"the webhook did not take the report: {reason}",
            f"look at its address in {variable('pipeline_secrets')}, and run the pipeline again",
        )
