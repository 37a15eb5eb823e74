"""Yellow taxis: the columns of their trips, in the order of the merged table.

Meanings follow TLC's data dictionary
(https://www.nyc.gov/assets/tlc/downloads/pdf/data_dictionary_trip_records_yellow.pdf). TLC's
Parquet files of 2009 and 2010 have other column names, coordinates instead of zones, and words
instead of the codes of vendors and payments.
"""

from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import CsvReleases, Dataset
from taxi_assets.trips.month import Month
from taxi_assets.trips.synthetic_profile import Meter, SyntheticProfile, Unmetered, ZoneTraffic

_PAYMENT_WORDS = {
    "credit": "1",
    "cre": "1",
    "crd": "1",
    "cash": "2",
    "cas": "2",
    "csh": "2",
    "no charge": "3",
    "no": "3",
    "noc": "3",
    "dispute": "4",
    "dis": "4",
    "unknown": "5",
    "unk": "5",
    "na": "5",
}

_BUSY_ZONES = (
    *(237, 236, 161, 132, 162, 186, 230, 170, 142, 48, 138, 234, 163, 239, 141, 68, 79, 107),
    *(238, 164, 263, 249, 140, 229, 246, 100, 231, 113, 114, 137, 90, 262, 143, 43, 233, 50),
)

_SYNTHETIC = SyntheticProfile(
    weekday_hours=(
        *(28, 16, 9, 6, 7, 14, 36, 62, 76, 76, 74, 77),
        *(82, 83, 87, 86, 80, 92, 106, 104, 94, 88, 76, 52),
    ),
    weekend_hours=(
        *(84, 70, 55, 38, 21, 9, 13, 21, 34, 53, 70, 82),
        *(90, 91, 90, 89, 86, 88, 92, 86, 75, 72, 74, 66),
    ),
    distances=(
        *((0, 0), (12, 0), (14, 10), (100, 60), (250, 98), (500, 165), (750, 306)),
        *((900, 790), (970, 1650), (998, 2150), (1000, 3900)),
    ),
    pickups=ZoneTraffic(_BUSY_ZONES, 3),
    dropoffs=ZoneTraffic(_BUSY_ZONES, 11),
    vendors={"1": 36, "2": 64},
    passengers={1: 715, 2: 145, 3: 42, 4: 20, 5: 35, 6: 23, 0: 20},
    meter=Meter(
        payments={1: 7200, 2: 2690, 3: 70, 4: 40},
        congestion_cents=250,
        rate="RatecodeID",
        stored="store_and_fwd_flag",
        extra="extra",
        mta_tax="mta_tax",
        tolls="tolls_amount",
        improvement="improvement_surcharge",
        congestion="congestion_surcharge",
        payment="payment_type",
    ),
    unmetered=Unmetered(
        percent=2,
        since=Month(2020, 1),
        congestion=True,
        distances=((0, 10), (250, 780), (750, 1710), (990, 2620), (1000, 3900)),
    ),
)

YELLOW = Dataset(
    taxi="yellow",
    title="Yellow taxi",
    row_id_key=(
        "VendorID",
        "tpep_pickup_datetime",
        "tpep_dropoff_datetime",
        "PULocationID",
        "DOLocationID",
        "fare_amount",
        "trip_distance",
    ),
    pickup="tpep_pickup_datetime",
    dropoff="tpep_dropoff_datetime",
    vendor="VendorID",
    pickup_zone="PULocationID",
    dropoff_zone="DOLocationID",
    distance="trip_distance",
    fare="fare_amount",
    tip="tip_amount",
    total="total_amount",
    passengers="passenger_count",
    payment="payment_type",
    first_month=Month(2009, 1),
    csv_releases=CsvReleases(Month(2019, 1), Month(2021, 7)),
    schedule_hour=10,
    synthetic=_SYNTHETIC,
    columns=(
        Column(
            "VendorID",
            ColumnType.CODE,
            "The company whose meter sent the record: 1 Creative Mobile, 2 Curb (VeriFone), "
            "6 Myle, 7 Helix; in 2009 and 2010 its letters (CMT, VTS, DDS). Empty where a trip "
            "was reported by another way than the meter.",
            0,
            ("VendorID", "vendor_id", "vendor_name"),
            letters=True,
        ),
        Column(
            "tpep_pickup_datetime",
            ColumnType.TIMESTAMP,
            "When the meter was switched on, in New York's local time.",
            1,
            ("tpep_pickup_datetime", "pickup_datetime", "Trip_Pickup_DateTime"),
            nullable=False,
        ),
        Column(
            "tpep_dropoff_datetime",
            ColumnType.TIMESTAMP,
            "When the meter was switched off, in New York's local time; a few precede the pickup.",
            2,
            ("tpep_dropoff_datetime", "dropoff_datetime", "Trip_Dropoff_DateTime"),
        ),
        Column(
            "passenger_count",
            ColumnType.INTEGER,
            "How many passengers rode, as the driver entered it.",
            3,
            ("passenger_count",),
        ),
        Column(
            "trip_distance",
            ColumnType.DOUBLE,
            "Distance that the meter measured, in miles.",
            4,
            ("trip_distance",),
        ),
        Column(
            "RatecodeID",
            ColumnType.CODE,
            "The rate at the end of the trip: 1 standard, 2 JFK, 3 Newark, 4 Nassau or "
            "Westchester, 5 negotiated, 6 group ride, 99 unknown.",
            5,
            ("RatecodeID", "rate_code"),
        ),
        Column(
            "store_and_fwd_flag",
            ColumnType.TEXT,
            "Y where the record waited in the vehicle for a connection, N where it did not.",
            6,
            ("store_and_fwd_flag", "store_and_forward"),
        ),
        Column(
            "PULocationID",
            ColumnType.CODE,
            "Taxi zone of the pickup: LocationID in the table of zones.",
            7,
            ("PULocationID",),
            parquet_from=Month(2011, 1),
        ),
        Column(
            "DOLocationID",
            ColumnType.CODE,
            "Taxi zone of the dropoff: LocationID in the table of zones.",
            8,
            ("DOLocationID",),
            parquet_from=Month(2011, 1),
        ),
        Column(
            "payment_type",
            ColumnType.INTEGER,
            "How the passenger paid: 0 flexible fare, 1 card, 2 cash, 3 no charge, 4 dispute, "
            "5 unknown, 6 voided.",
            9,
            ("payment_type",),
            spellings=_PAYMENT_WORDS,
        ),
        Column(
            "fare_amount",
            ColumnType.DOUBLE,
            "Fare for time and distance, in US dollars; negative where it takes a fare back.",
            10,
            ("fare_amount", "Fare_Amt"),
        ),
        Column(
            "extra",
            ColumnType.DOUBLE,
            "Extras and surcharges (rush hour, overnight), in US dollars.",
            11,
            ("extra", "surcharge"),
        ),
        Column(
            "mta_tax",
            ColumnType.DOUBLE,
            "Tax for the transit authority, in US dollars.",
            12,
            ("mta_tax",),
        ),
        Column(
            "tip_amount",
            ColumnType.DOUBLE,
            "Tip paid by card, in US dollars; cash tips are not recorded.",
            13,
            ("tip_amount", "Tip_Amt"),
        ),
        Column(
            "tolls_amount",
            ColumnType.DOUBLE,
            "Tolls of the trip, in US dollars.",
            14,
            ("tolls_amount", "Tolls_Amt"),
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
            ("total_amount", "Total_Amt"),
        ),
        Column(
            "congestion_surcharge",
            ColumnType.DOUBLE,
            "State's congestion surcharge, levied since 2019, in US dollars.",
            17,
            ("congestion_surcharge",),
            parquet_from=Month(2019, 1),
        ),
        Column(
            "airport_fee",
            ColumnType.DOUBLE,
            "Fee for a pickup at LaGuardia or JFK, in US dollars; only in the Parquet files.",
            None,
            ("airport_fee",),
            parquet_from=None,
        ),
        Column(
            "cbd_congestion_fee",
            ColumnType.DOUBLE,
            "Fee for driving in Manhattan's congestion zone, levied since 2025, in US dollars.",
            None,
            ("cbd_congestion_fee",),
            parquet_from=Month(2025, 1),
        ),
        Column(
            "pickup_longitude",
            ColumnType.DOUBLE,
            "Longitude of the pickup in degrees; only in the files of 2009 and 2010.",
            None,
            ("pickup_longitude", "Start_Lon"),
            parquet_until=Month(2010, 12),
        ),
        Column(
            "pickup_latitude",
            ColumnType.DOUBLE,
            "Latitude of the pickup in degrees; only in the files of 2009 and 2010.",
            None,
            ("pickup_latitude", "Start_Lat"),
            parquet_until=Month(2010, 12),
        ),
        Column(
            "dropoff_longitude",
            ColumnType.DOUBLE,
            "Longitude of the dropoff in degrees; only in the files of 2009 and 2010.",
            None,
            ("dropoff_longitude", "End_Lon"),
            parquet_until=Month(2010, 12),
        ),
        Column(
            "dropoff_latitude",
            ColumnType.DOUBLE,
            "Latitude of the dropoff in degrees; only in the files of 2009 and 2010.",
            None,
            ("dropoff_latitude", "End_Lat"),
            parquet_until=Month(2010, 12),
        ),
    ),
)
