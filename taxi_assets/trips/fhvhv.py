"""High-volume for-hire vehicles (FHVHV): Uber, Lyft and the like, since February 2019.

The columns stand in the order of the merged table, which is that of TLC's Parquet files; there are
no CSV releases. Meanings follow TLC's data dictionary
(https://www.nyc.gov/assets/tlc/downloads/pdf/data_dictionary_trip_records_hvfhs.pdf).
"""

from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month
from taxi_assets.trips.synthetic_profile import Meter, SyntheticProfile, ZoneTraffic

_BUSY_ZONES = (
    *(132, 138, 61, 79, 37, 161, 76, 42, 231, 230, 234, 181, 225, 48, 68, 17, 89, 186, 249, 36),
    *(170, 246, 256, 87, 7, 188, 244, 112, 80, 129),
)

_SYNTHETIC = SyntheticProfile(
    weekday_hours=(
        *(44, 30, 22, 20, 26, 38, 54, 80, 92, 80, 70, 70),
        *(74, 78, 86, 92, 98, 108, 112, 108, 100, 94, 84, 66),
    ),
    weekend_hours=(
        *(100, 92, 78, 60, 42, 26, 28, 38, 50, 62, 72, 80),
        *(86, 90, 92, 94, 96, 102, 108, 108, 102, 100, 102, 104),
    ),
    distances=((0, 30), (100, 90), (500, 290), (900, 1080), (990, 2200), (1000, 3900)),
    pickups=ZoneTraffic(_BUSY_ZONES, 60),
    dropoffs=ZoneTraffic((265, *_BUSY_ZONES), 60),
    # One trip in five has a tip.
    meter=Meter(
        payments={1: 20, 2: 80},
        congestion_cents=275,
        tolls="tolls",
        congestion="congestion_surcharge",
    ),
    ahead_seconds={"request_datetime": 312, "on_scene_datetime": 74},
    duration="trip_time",
    texts={
        "hvfhs_license_num": {"HV0003": 73, "HV0005": 27},
        "dispatching_base_num": {"B03404": 73, "B03406": 27},
        "originating_base_num": {"B03404": 73, "": 27},
        "bcf": {"0.48": 20, "0.62": 20, "1.05": 20, "2.3": 10},
        "sales_tax": {"1.46": 20, "1.84": 20, "3.12": 20, "6.9": 10},
        "airport_fee": {"0": 92, "2.5": 8},
        "driver_pay": {"7.43": 30, "12.9": 30, "21.65": 20, "48.02": 5},
        "shared_request_flag": {"N": 97, "Y": 3},
        "shared_match_flag": {"N": 99, "Y": 1},
        "access_a_ride_flag": {" ": 73, "N": 27},
        "wav_request_flag": {"N": 99, "Y": 1},
        "wav_match_flag": {"N": 93, "Y": 7},
        "cbd_congestion_fee": {"": 80, "0": 15, "1.5": 5},
    },
)


def _flag(name: str, description: str) -> Column:
    return Column(name, ColumnType.TEXT, description, None, (name,))


def _dollars(name: str, description: str) -> Column:
    return Column(name, ColumnType.DOUBLE, description, None, (name,))


def _time(name: str, description: str, nullable: bool = True) -> Column:
    return Column(name, ColumnType.TIMESTAMP, description, None, (name,), nullable=nullable)


FHVHV = Dataset(
    taxi="fhvhv",
    title="High-volume for-hire vehicle",
    row_id_key=(
        "hvfhs_license_num",
        "pickup_datetime",
        "dropoff_datetime",
        "PULocationID",
        "DOLocationID",
        "base_passenger_fare",
        "trip_miles",
    ),
    pickup="pickup_datetime",
    dropoff="dropoff_datetime",
    pickup_zone="PULocationID",
    dropoff_zone="DOLocationID",
    distance="trip_miles",
    fare="base_passenger_fare",
    tip="tips",
    first_month=Month(2019, 2),
    schedule_hour=12,
    synthetic=_SYNTHETIC,
    on_request=True,
    columns=(
        _flag(
            "hvfhs_license_num",
            "Licence of the company: HV0002 Juno, HV0003 Uber, HV0004 Via, HV0005 Lyft.",
        ),
        _flag("dispatching_base_num", "Licence of the base that dispatched the trip."),
        _flag(
            "originating_base_num",
            "Licence of the base that received the request; Lyft leaves it empty.",
        ),
        _time("request_datetime", "When the passenger asked for the trip, in local time."),
        _time(
            "on_scene_datetime",
            "When the driver arrived at the pickup, in local time; only of accessible vehicles in "
            "some months.",
        ),
        _time("pickup_datetime", "When the trip began, in New York's local time.", nullable=False),
        _time("dropoff_datetime", "When the trip ended, in New York's local time."),
        Column(
            "PULocationID",
            ColumnType.CODE,
            "Taxi zone of the pickup: LocationID in the table of zones.",
            None,
            ("PULocationID",),
        ),
        Column(
            "DOLocationID",
            ColumnType.CODE,
            "Taxi zone of the dropoff: LocationID in the table of zones.",
            None,
            ("DOLocationID",),
        ),
        Column(
            "trip_miles",
            ColumnType.DOUBLE,
            "Distance with the passenger, in miles.",
            None,
            ("trip_miles",),
        ),
        Column(
            "trip_time",
            ColumnType.INTEGER,
            "Time with the passenger, in seconds.",
            None,
            ("trip_time",),
        ),
        _dollars(
            "base_passenger_fare",
            "Fare before tolls, tips, taxes and fees, in US dollars; negative where it takes a "
            "fare back.",
        ),
        _dollars("tolls", "Tolls of the trip, in US dollars."),
        _dollars("bcf", "Contribution to the Black Car Fund, in US dollars."),
        _dollars("sales_tax", "State's sales tax, in US dollars."),
        _dollars("congestion_surcharge", "State's congestion surcharge, in US dollars."),
        _dollars(
            "airport_fee",
            "Fee for a pickup or dropoff at LaGuardia, Newark or JFK, in US dollars.",
        ),
        _dollars("tips", "Tip of the passenger, in US dollars."),
        _dollars(
            "driver_pay", "Pay of the driver, without tolls and tips, before taxes, in US dollars."
        ),
        _flag("shared_request_flag", "Y where the passenger agreed to share the ride, N if not."),
        _flag(
            "shared_match_flag",
            "Y where the ride was shared with a passenger who booked separately, N if not.",
        ),
        _flag(
            "access_a_ride_flag",
            "Y where the trip was for the transit authority's Access-A-Ride; Uber has a blank.",
        ),
        _flag("wav_request_flag", "Y where a wheelchair-accessible vehicle was asked for."),
        _flag("wav_match_flag", "Y where the vehicle was wheelchair-accessible."),
        Column(
            "cbd_congestion_fee",
            ColumnType.DOUBLE,
            "Fee for driving in Manhattan's congestion zone, levied since 2025, in US dollars.",
            None,
            ("cbd_congestion_fee",),
            parquet_from=Month(2025, 1),
        ),
    ),
)
