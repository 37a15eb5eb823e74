"""For-hire vehicles (FHV): the columns of their trips, in the order of the merged table.

These are the trips that bases dispatch: black cars, liveries, and until 2019 also Uber and Lyft.
Meanings follow TLC's data dictionary
(https://www.nyc.gov/assets/tlc/downloads/pdf/data_dictionary_trip_records_fhv.pdf). There is no
fare and no distance. TLC's Parquet files hold the zones as doubles or integers, and ``SR_Flag`` as
doubles, integers or nothing, by the month.
"""

from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import CsvReleases, Dataset
from taxi_assets.trips.month import Month
from taxi_assets.trips.synthetic_profile import SyntheticProfile, ZoneTraffic

_FIRST_STEADY = Month(2019, 1)
"""From here on every Parquet file is known to have all columns."""

_QUIET_ZONES = ZoneTraffic((265, 264, 132, 138, 61, 76, 37, 225, 7, 181, 129, 14), 60)

_SYNTHETIC = SyntheticProfile(
    weekday_hours=(
        *(30, 20, 14, 12, 16, 28, 50, 78, 92, 84, 76, 74),
        *(76, 80, 90, 98, 100, 104, 100, 90, 80, 72, 58, 44),
    ),
    weekend_hours=(
        *(70, 60, 48, 38, 28, 22, 28, 38, 50, 62, 70, 76),
        *(80, 84, 86, 88, 90, 92, 94, 90, 84, 80, 76, 72),
    ),
    distances=((0, 20), (100, 80), (500, 310), (900, 1100), (1000, 3000)),
    pickups=_QUIET_ZONES,
    dropoffs=_QUIET_ZONES,
    texts={
        # Some real files fill base numbers up with blanks.
        "dispatching_base_num": {"B00254": 30, "B01259": 20, "B03404": 20, "B00477 ": 5},
        "SR_Flag": {"": 97, "1": 3},
        "Affiliated_base_number": {"B00254": 30, "B02872": 20, "B00477 ": 5, "": 10},
    },
)

FHV = Dataset(
    taxi="fhv",
    title="For-hire vehicle",
    row_id_key=(
        "dispatching_base_num",
        "pickup_datetime",
        "dropOff_datetime",
        "PUlocationID",
        "DOlocationID",
        "Affiliated_base_number",
    ),
    pickup="pickup_datetime",
    dropoff="dropOff_datetime",
    pickup_zone="PUlocationID",
    dropoff_zone="DOlocationID",
    first_month=Month(2015, 1),
    csv_releases=CsvReleases(Month(2019, 1), Month(2021, 7)),
    schedule_hour=11,
    synthetic=_SYNTHETIC,
    on_request=True,
    columns=(
        Column(
            "dispatching_base_num",
            ColumnType.TEXT,
            "Licence of the base that dispatched the trip, such as B00254; as the file has it, in "
            "some with blanks at its end (`trim` takes them off).",
            0,
            ("dispatching_base_num",),
        ),
        Column(
            "pickup_datetime",
            ColumnType.TIMESTAMP,
            "When the trip began, in New York's local time.",
            1,
            ("pickup_datetime", "Pickup_date"),
            nullable=False,
        ),
        Column(
            "dropOff_datetime",
            ColumnType.TIMESTAMP,
            "When the trip ended, in New York's local time; not known before 2017.",
            2,
            ("dropOff_datetime",),
            parquet_from=_FIRST_STEADY,
        ),
        Column(
            "PUlocationID",
            ColumnType.CODE,
            "Taxi zone of the pickup: LocationID in the table of zones. Many rows have none.",
            3,
            ("PUlocationID", "locationID"),
        ),
        Column(
            "DOlocationID",
            ColumnType.CODE,
            "Taxi zone of the dropoff: LocationID in the table of zones. Many rows have none.",
            4,
            ("DOlocationID",),
            parquet_from=_FIRST_STEADY,
        ),
        Column(
            "SR_Flag",
            ColumnType.CODE,
            "Whether the trip was part of a shared ride of a high-volume company: 1 if so; else "
            "empty, or N.",
            5,
            ("SR_Flag",),
            parquet_from=_FIRST_STEADY,
            letters=True,
        ),
        Column(
            "Affiliated_base_number",
            ColumnType.TEXT,
            "Licence of the base that the vehicle is affiliated with; as the file has it, in some "
            "with blanks at its end.",
            6,
            ("Affiliated_base_number",),
            parquet_from=_FIRST_STEADY,
        ),
    ),
)
