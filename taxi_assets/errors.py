"""The project's errors: transient ones, which are retried, and permanent ones, which are not.

Every error says what happened, where, and what to do next. After a transient error, another attempt
may succeed. A permanent error comes back until somebody changes something. This module does not use
Dagster: ``taxi_assets.failures`` translates the errors for it.
"""


class TaxiAssetsError(Exception):
    """An error with a remedy, meant to be read by the person who runs the pipeline.

    Args:
        what: what is wrong and where, with the value and the place in it.
        remedy: what to do about it: a command, a setting, a thing to look at.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}\n  What to do: {self.remedy}"


class PermanentError(TaxiAssetsError):
    """Every further attempt fails the same way."""


class TransientError(TaxiAssetsError):
    """A later attempt may succeed.

    Args:
        what: what is wrong and where.
        remedy: what to do about it.
        wait_seconds: how long to wait before the next attempt; None if it is not known.
    """

    def __init__(self, what: str, remedy: str, wait_seconds: int | None = None) -> None:
        super().__init__(what, remedy)
        self.wait_seconds = wait_seconds


class SettingsError(PermanentError):
    """A setting is missing, misspelt or has a value that cannot be used."""


class ArgumentError(PermanentError):
    """An argument of a command, or the configuration of a run, cannot be used."""


class InvalidMonthError(ArgumentError):
    """A text is not a month, or the dataset has no file of the month."""


class DatasetError(PermanentError):
    """The declaration of a dataset contradicts itself."""


class InvalidFileError(PermanentError):
    """A file is missing or does not have the expected content. Nothing of it was loaded."""


class DamagedCopyError(PermanentError):
    """The lake's copy of a file has other bytes than those that were verified when it landed."""


class NotFoundAtSourceError(PermanentError):
    """The source does not have a file that should have been published long ago."""


class SourceRefusedError(PermanentError):
    """The source answered that it will not serve this request."""


class SourceUnavailableError(TransientError):
    """The source did not answer, or broke off, in every attempt."""


class SourceBusyError(SourceUnavailableError):
    """The source asks to be asked more rarely."""


class WarehouseBusyError(TransientError):
    """Other processes held the warehouse for longer than the settings let us wait."""


class WarehouseUnavailableError(TransientError):
    """The warehouse did not answer, or the connection to it broke."""


class WarehouseError(PermanentError):
    """The warehouse cannot take the data because of its tables or settings."""


class StorageError(PermanentError):
    """The disk or the bucket refused a read or a write: full, read-only or not allowed."""


class ListeningError(PermanentError):
    """A server cannot listen on its address, such as one whose port is taken."""


class ContainerError(PermanentError):
    """There is no Docker engine, or it cannot run the image."""


class CredentialsError(PermanentError):
    """Google Cloud does not accept the credentials, or they lack a right."""


class StorageUnavailableError(TransientError):
    """The bucket did not answer, or broke off, until the time for retries was over."""


class WatchBusyError(TransientError):
    """Another process is looking at the same months at the source."""


class LakeBusyError(TransientError):
    """Somebody else changed a file of the lake meanwhile."""


class DaemonNotRunningError(TransientError):
    """Dagster's daemon is not running, so nothing works on backfills."""


class BackfillNotCancellableError(PermanentError):
    """The backfill has ended, or nobody confirms its end."""


class QueryError(ArgumentError):
    """A query cannot be run as it is written: it does more than read, or its SQL is wrong."""


class QueryLimitError(PermanentError):
    """A query took longer, gave more or would cost more than it may."""


class AssistantError(PermanentError):
    """The assistant lacks a part, a key or a setting, or a reply cannot be used."""


class AnalyticsError(PermanentError):
    """The dbt models lack their packages, or dbt could not build one of them."""


class ModelBusyError(TransientError):
    """The language model does not answer now, or wants to be asked later."""
