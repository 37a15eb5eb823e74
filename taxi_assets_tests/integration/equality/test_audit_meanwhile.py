"""An audit and a load of one month at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from taxi_assets.automation.month_outcomes import State
from taxi_assets.lake.folder import FolderLake
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.trips.green import GREEN
from taxi_assets.warehouse.full_audit import audit_month
from taxi_assets.warehouse.registry import warehouses_of
from taxi_assets.warehouse.row_proof import Proof
from taxi_assets_tests.integration.equality.project import Project
from taxi_assets_tests.published import Mirror, csv_month

NAME = "green_tripdata_2020-04.csv"


class BusyLake(FolderLake):
    """A folder in which somebody loads a month as soon as an audit of it has read all it needs."""

    def __init__(self, folder: Path, load: Callable[[], object]) -> None:
        super().__init__(folder)
        object.__setattr__(self, "_load", load)

    def revise(self, landed: LandedFile, change: Callable[[LandedFile], LandedFile]) -> None:
        super().revise(landed, change)
        self._load()  # type: ignore[attr-defined]


def test_an_audit_does_not_write_the_ledger_of_an_earlier_load(
    project: Project, mirror: Mirror
) -> None:
    def reissued() -> None:
        mirror.publish(f"{NAME}.gz", csv_month(GREEN, 4))
        assert project.load("green", "2020-04").state is State.LOADED

    mirror.publish(f"{NAME}.gz", csv_month(GREEN, 5))
    assert project.load("green", "2020-04").state is State.LOADED
    lake = BusyLake(project.settings.lake_folder, reissued)
    findings = audit_month(lake, warehouses_of(project.settings), project.file("green", "2020-04"))

    assert {finding.proof for finding in findings} == {Proof.PROVED}
    assert project.ledger()[NAME].rows == 4
    assert project.check("green", "2020-04").failed_checks == ()
