"""All datasets. A new kind of taxi needs a file like those of the others, and one line here."""

from taxi_assets.errors import DatasetError
from taxi_assets.trips.dataset import Dataset
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


DATASETS: dict[str, Dataset] = by_taxi(YELLOW, GREEN)
