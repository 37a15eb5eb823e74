"""The datasets there are. A new kind of taxi is one more line here."""

from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.yellow import YELLOW

DATASETS: dict[str, Dataset] = {dataset.taxi: dataset for dataset in (YELLOW, GREEN)}
