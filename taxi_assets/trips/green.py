"""Green taxis: the columns of their trips, in the order of the merged table.

Meanings follow TLC's data dictionary
(https://www.nyc.gov/assets/tlc/downloads/pdf/data_dictionary_trip_records_green.pdf).
"""

from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import CsvReleases, Dataset
from taxi_assets.trips.month import Month
from taxi_assets.trips.synthetic_profile import Meter, SyntheticProfile, Unmetered, ZoneTraffic

_SYNTHETIC = SyntheticProfile(
    weekday_hours=(
        *(20, 13, 9, 8, 10, 18, 40, 70, 90, 86, 80, 80),
        *(82, 82, 92, 104, 108, 114, 112, 92, 74, 58, 46, 32),
    ),
    weekend_hours=(
        *(56, 44, 34, 26, 20, 14, 18, 26, 40, 56, 68, 76),
        *(82, 84, 86, 88, 88, 88, 86, 78, 68, 60, 54, 44),
    ),
    distances=(
        *((0, 0), (40, 0), (45, 10), (100, 52), (250, 104), (500, 184), (750, 365)),
        *((900, 730), (990, 2400), (1000, 3800)),
    ),
    pickups=ZoneTraffic(
        (74, 75, 41, 42, 166, 95, 97, 244, 82, 7, 65, 116, 181, 129, 152, 43, 33, 25, 260), 6
    ),
    dropoffs=ZoneTraffic(
        (74, 75, 42, 41, 236, 166, 238, 244, 263, 116, 151, 7, 61, 97, 129, 82, 262, 239), 14
    ),
    vendors={"1": 17, "2": 83},
    passengers={1: 880, 2: 66, 3: 14, 4: 5, 5: 18, 6: 14, 0: 3},
    meter=Meter(
        payments={1: 5600, 2: 4300, 3: 75, 4: 25},
        congestion_cents=275,
        rate="RatecodeID",
        stored="store_and_fwd_flag",
        extra="extra",
        mta_tax="mta_tax",
        tolls="tolls_amount",
        improvement="improvement_surcharge",
        congestion="congestion_surcharge",
        payment="payment_type",
        trip_type="trip_type",
    ),
    unmetered=Unmetered(
        percent=40,
        since=Month(2020, 3),
        congestion=False,
        distances=((0, 0), (17, 0), (100, 198), (500, 800), (900, 1400), (1000, 2800)),
    ),
)

GREEN = Dataset(
    taxi="green",
    title="Green taxi",
    row_id_key=(
        "VendorID",
        "lpep_pickup_datetime",
        "lpep_dropoff_datetime",
        "PULocationID",
        "DOLocationID",
        "fare_amount",
        "trip_distance",
    ),
    pickup="lpep_pickup_datetime",
    dropoff="lpep_dropoff_datetime",
    vendor="VendorID",
    pickup_zone="PULocationID",
    dropoff_zone="DOLocationID",
    distance="trip_distance",
    fare="fare_amount",
    tip="tip_amount",
    total="total_amount",
    passengers="passenger_count",
    payment="payment_type",
    first_month=Month(2013, 8),
    csv_releases=CsvReleases(Month(2019, 1), Month(2021, 7)),
    schedule_hour=9,
    synthetic=_SYNTHETIC,
    columns=(
        Column(
            "VendorID",
            ColumnType.CODE,
            "The company whose meter sent the record: 1 Creative Mobile, 2 Curb (VeriFone), "
            "6 Myle. Empty where a trip was reported by another way than the meter.",
            0,
            ("VendorID",),
        ),
        Column(
            "lpep_pickup_datetime",
            ColumnType.TIMESTAMP,
            "When the meter was switched on, in New York's local time.",
            1,
            ("lpep_pickup_datetime",),
            nullable=False,
        ),
        Column(
            "lpep_dropoff_datetime",
            ColumnType.TIMESTAMP,
            "When the meter was switched off, in New York's local time; a few precede the pickup.",
            2,
            ("lpep_dropoff_datetime",),
        ),
        Column(
            "store_and_fwd_flag",
            ColumnType.TEXT,
            "Y where the record waited in the vehicle for a connection, N where it did not.",
            3,
            ("store_and_fwd_flag",),
        ),
        Column(
            "RatecodeID",
            ColumnType.CODE,
            "The rate at the end of the trip: 1 standard, 2 JFK, 3 Newark, 4 Nassau or "
            "Westchester, 5 negotiated, 6 group ride, 99 unknown.",
            4,
            ("RatecodeID",),
        ),
        Column(
            "PULocationID",
            ColumnType.CODE,
            "Taxi zone of the pickup: LocationID in the table of zones.",
            5,
            ("PULocationID",),
        ),
        Column(
            "DOLocationID",
            ColumnType.CODE,
            "Taxi zone of the dropoff: LocationID in the table of zones.",
            6,
            ("DOLocationID",),
        ),
        Column(
            "passenger_count",
            ColumnType.INTEGER,
            "How many passengers rode, as the driver entered it.",
            7,
            ("passenger_count",),
        ),
        Column(
            "trip_distance",
            ColumnType.DOUBLE,
            "Distance that the meter measured, in miles.",
            8,
            ("trip_distance",),
        ),
        Column(
            "fare_amount",
            ColumnType.DOUBLE,
            "Fare for time and distance, in US dollars; negative where it takes a fare back.",
            9,
            ("fare_amount",),
        ),
        Column(
            "extra",
            ColumnType.DOUBLE,
            "Extras and surcharges (rush hour, overnight), in US dollars.",
            10,
            ("extra",),
        ),
        Column(
            "mta_tax",
            ColumnType.DOUBLE,
            "Tax for the transit authority, in US dollars.",
            11,
            ("mta_tax",),
        ),
        Column(
            "tip_amount",
            ColumnType.DOUBLE,
            "Tip paid by card, in US dollars; cash tips are not recorded.",
            12,
            ("tip_amount",),
        ),
        Column(
            "tolls_amount",
            ColumnType.DOUBLE,
            "Tolls of the trip, in US dollars.",
            13,
            ("tolls_amount",),
        ),
        Column(
            "ehail_fee",
            ColumnType.DOUBLE,
            "Fee for a taxi called by an app, in US dollars; empty in every file seen.",
            14,
            ("ehail_fee",),
            parquet_from=None,
        ),
        Column(
            "improvement_surcharge",
            ColumnType.DOUBLE,
            "Surcharge for the improvement of taxis, levied since 2015, in US dollars.",
            15,
            ("improvement_surcharge",),
            parquet_from=Month(2015, 1),
        ),
        Column(
            "total_amount",
            ColumnType.DOUBLE,
            "What the passenger was charged, without cash tips, in US dollars.",
            16,
            ("total_amount",),
        ),
        Column(
            "payment_type",
            ColumnType.INTEGER,
            "How the passenger paid: 1 card, 2 cash, 3 no charge, 4 dispute, 5 unknown, 6 voided.",
            17,
            ("payment_type",),
        ),
        Column(
            "trip_type",
            ColumnType.INTEGER,
            "How the trip began: 1 hailed in the street, 2 dispatched.",
            18,
            ("trip_type",),
        ),
        Column(
            "congestion_surcharge",
            ColumnType.DOUBLE,
            "State's congestion surcharge, levied since 2019, in US dollars.",
            19,
            ("congestion_surcharge",),
            parquet_from=Month(2019, 1),
        ),
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
