"""How passengers pay: the codes of the column with the role ``payment``.

The meanings are TLC's
(https://www.nyc.gov/assets/tlc/downloads/pdf/data_dictionary_trip_records_yellow.pdf).
"""

CARD = 1
"""The code of a trip that was paid by card. Only tips that were paid by card are in the files."""

PAYMENT_NAMES = {
    0: "flexible fare",
    CARD: "card",
    2: "cash",
    3: "no charge",
    4: "dispute",
    5: "unknown",
    6: "voided",
}
"""What each code means."""
