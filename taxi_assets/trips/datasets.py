"""All datasets. A new kind of taxi needs a file like those of the others, and one line here."""

from collections.abc import Collection

from taxi_assets.errors import DatasetError
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.fhv import FHV
from taxi_assets.trips.fhvhv import FHVHV
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.yellow import YELLOW


def by_taxi(*datasets: Dataset) -> dict[str, Dataset]:
    """The datasets by their names.

    Raises:
        DatasetError: two of them have the same name.
    """
    found: dict[str, Dataset] = {}
    for dataset in datasets:
        if found.setdefault(dataset.taxi, dataset) is not dataset:
            raise DatasetError(
                f"two datasets are called {dataset.taxi!r}: {found[dataset.taxi].title} and "
                f"{dataset.title}",
                "in taxi_assets/trips, give one of them another name",
            )
    return found


DATASETS: dict[str, Dataset] = by_taxi(YELLOW, GREEN, FHV, FHVHV)


def chosen_datasets(taxis: Collection[str] | None) -> list[Dataset]:
    """The datasets that Dagster has, in the order of all: those that are named.

    None stands for all but those that are only there on request.
    """
    if taxis is None:
        return [dataset for dataset in DATASETS.values() if not dataset.on_request]
    return [dataset for dataset in DATASETS.values() if dataset.taxi in taxis]
