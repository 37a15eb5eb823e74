"""What can go wrong, told apart by who can do something about it.

Every error says what happened, where, and what to do next. A transient one may succeed when
it is tried again; a permanent one fails the same way until somebody changes something, so it
is never retried. Nothing here knows Dagster: ``taxi_assets.failures`` translates.
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
    """It fails the same way however often it is tried."""


class TransientError(TaxiAssetsError):
    """It may succeed when it is tried again later.

    Args:
        what: what is wrong and where.
        remedy: what to do about it.
        wait_seconds: how long to wait before, where that is known.
    """

    def __init__(self, what: str, remedy: str, wait_seconds: int | None = None) -> None:
        super().__init__(what, remedy)
        self.wait_seconds = wait_seconds


class SettingsError(PermanentError):
    """A setting is missing, misspelt or has a value that cannot be used."""


class InvalidMonthError(PermanentError):
    """A text is no month, or the month lies outside what a dataset publishes."""


class DatasetError(PermanentError):
    """A dataset is declared in a way that contradicts itself."""


class InvalidFileError(PermanentError):
    """A file is not what it should be: nothing of it was published or loaded."""


class DamagedCopyError(PermanentError):
    """The lake's copy of a file has other bytes than those that were verified when it landed."""


class NotFoundAtSourceError(PermanentError):
    """The source does not have a file that it should have had for long."""


class SourceRefusedError(PermanentError):
    """The source answered that it will not serve this request."""


class SourceUnavailableError(TransientError):
    """The source did not answer, or broke off, more often than we retry."""


class WarehouseBusyError(TransientError):
    """Somebody else holds the warehouse for longer than we wait."""


class WarehouseUnavailableError(TransientError):
    """The warehouse did not answer, or the connection to it broke."""


class WarehouseError(PermanentError):
    """The warehouse cannot take the data: its tables or its settings are in the way."""


class StorageError(PermanentError):
    """The disk or the bucket refused a read or a write: full, read-only or not allowed."""


class ContainerError(PermanentError):
    """There is no Docker engine, or it cannot run what it is asked to."""


class CredentialsError(PermanentError):
    """Google Cloud does not accept who we are, or does not let them do what is needed."""


class StorageUnavailableError(TransientError):
    """The bucket did not answer, or broke off, for longer than we try."""


class LakeBusyError(TransientError):
    """Somebody else changed a file of the lake meanwhile."""


class DaemonNotRunningError(TransientError):
    """Nobody works on what is handed to Dagster's daemon."""


class BackfillNotCancellableError(PermanentError):
    """There is no such backfill, or it is over."""


class AssistantError(PermanentError):
    """The assistant lacks a part, a key or a setting, or a reply cannot be used."""


class ModelBusyError(TransientError):
    """The language model does not answer now, or asks to be asked later."""
