"""A lake in a bucket: the raw file as an object, what is known of it as the object's metadata."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from taxi_assets.errors import DamagedCopyError, StorageUnavailableError
from taxi_assets.gcp.cloud import GoogleCloud
from taxi_assets.gcp.failures import changed_meanwhile, explained
from taxi_assets.lake.folder import disk_refusals
from taxi_assets.lake.gcs.note import landed_file, metadata_of
from taxi_assets.lake.gcs.upload import ResumableUpload
from taxi_assets.lake.lake import Arrival, Examined
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.local_copy import LocalCopy

if TYPE_CHECKING:
    from google.cloud.storage import Blob, Bucket

_CONTENT_TYPES = {".gz": "application/gzip", ".csv": "text/csv"}
_ANY_CONTENT_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class BucketLake:
    """A lake below a prefix of a bucket.

    Who lands a file does not wait for others that do: whoever is done first wins, and the others
    are told, since every write names the generation of the object that it replaces.

    Attributes:
        cloud: who we are.
        bucket_name: the bucket, which is there already.
        prefix: what names of objects begin with, without a slash at its end; may be empty.
        copies: a local folder for copies of files that are being read.
    """

    cloud: GoogleCloud
    bucket_name: str
    prefix: str
    copies: Path

    @property
    def url(self) -> str:
        """The bucket and the prefix as a ``gs://`` URL."""
        return f"gs://{self.bucket_name}/{self.prefix}".rstrip("/")

    def find(self, name: str) -> LandedFile | None:
        """The file's current version; None where it is absent or its metadata is of other bytes."""
        with explained(self.url):
            blob = self._current(name)
            return self._landed(blob) if blob is not None else None

    def find_all(self, prefix: str) -> list[LandedFile]:
        """The current versions of all files whose name begins so, sorted by name."""
        with explained(self.url):
            blobs = self._bucket.list_blobs(prefix=self._key(prefix), retry=self.cloud.retry)
            found = [self._landed(blob) for blob in blobs]
        return [landed for landed in found if landed is not None]

    @contextmanager
    def receive(self, name: str) -> Iterator[Arrival]:
        """Take a file in; a killed upload is forgotten by the bucket, and was never visible.

        Raises:
            CredentialsError: before any byte is taken, where we may not read the bucket.
        """
        with explained(self.url):
            current = self._current(name)
        arrival = _BucketArrival(self, name, int(current.generation) if current else 0)
        try:
            yield arrival
        finally:
            arrival.cancel()

    def revise(self, landed: LandedFile, change: Callable[[LandedFile], LandedFile]) -> None:
        """Change what is known of a file whose bytes stay as they are."""
        from google.api_core.exceptions import PreconditionFailed

        with explained(f"{self.url}/{landed.name}"):
            for last in (False, False, True):
                blob = self._current(landed.name)
                before = self._landed(blob) if blob is not None else None
                if blob is None or before is None or before.sha256 != landed.sha256:
                    raise changed_meanwhile(f"{self.url}/{landed.name}")
                changed = change(before)
                if changed == before:
                    return
                try:
                    self.describe(blob, changed, int(blob.metageneration))
                except PreconditionFailed:
                    if last:
                        raise
                else:
                    return

    @contextmanager
    def examine(self, name: str) -> Iterator[Examined]:
        """What lies there under a file's name, whether bytes and note fit each other or not."""
        with explained(f"{self.url}/{name}"):
            blob = self._current(name)
        with self._place_of_copy(name) as path:
            if blob is not None:
                self.fetch(name, path)
            yield Examined(path if blob else None, self._landed(blob) if blob else None)

    @contextmanager
    def local_copy(self, landed: LandedFile) -> Iterator[LocalCopy]:
        """A copy of that version, for as long as the context is open.

        The bytes are fetched when the copy first proves itself: who needs none fetches none.

        Raises:
            LakeBusyError: the bucket has another version meanwhile.
            DamagedCopyError: the object is not what was verified when it landed.
            StorageError: the local disk cannot take the copy.
        """
        with self._place_of_copy(landed.name) as path:
            yield _BucketCopy(path, landed, lake=self)

    @contextmanager
    def _place_of_copy(self, name: str) -> Iterator[Path]:
        path = self.copies / name
        with disk_refusals(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"):
            try:
                yield path
            finally:
                path.unlink(missing_ok=True)

    def fetch(self, name: str, path: Path) -> None:
        """Copy an object's bytes, as they are stored, to a path."""
        with disk_refusals(path), explained(f"{self.url}/{name}"):
            blob = self.blob(name)
            blob.download_to_filename(str(path), raw_download=True, retry=self.cloud.retry)

    def generation(self, landed: LandedFile) -> int:
        """The number that Cloud Storage gave to this version of the file's object.

        No other version ever has it: an object that still has its number was not replaced.

        Raises:
            LakeBusyError: the bucket has another version meanwhile.
        """
        with explained(self.url):
            blob = self._current(landed.name)
            current = self._landed(blob) if blob is not None else None
        if blob is None or current is None or current.sha256 != landed.sha256:
            raise changed_meanwhile(f"{self.url}/{landed.name}")
        return int(blob.generation)

    def blob(self, name: str) -> Blob:
        """The object of a file, whether it is there or not."""
        return self._bucket.blob(self._key(name))

    def begin_upload(self, name: str, generation: int) -> ResumableUpload:
        """Open an upload that replaces this generation of the object and no other; 0: none."""
        place = f"{self.url}/{name}"
        with explained(place):
            url = self.blob(name).create_resumable_upload_session(
                content_type=_CONTENT_TYPES.get(Path(name).suffix, _ANY_CONTENT_TYPE),
                if_generation_match=generation,
                checksum=None,
                retry=self.cloud.retry,
            )
        return ResumableUpload(place, url, self.cloud.session(), self.cloud.retry_seconds)

    def finish_upload(self, upload: ResumableUpload, name: str) -> Blob:
        """Make an upload visible, and make sure that every byte arrived as it was sent.

        Raises:
            LakeBusyError: somebody else has put other bytes there since the upload began.
            StorageUnavailableError: what arrived is not what was sent; it is gone again.
        """
        from google.api_core.exceptions import PreconditionFailed

        blob = self.blob(name)
        try:
            generation = upload.finish()
        except PreconditionFailed:
            # Another run may have landed the very same bytes.
            blob.reload(retry=self.cloud.retry)
            if not upload.is_stored_as(blob.crc32c, int(blob.size)):
                raise
            return blob
        blob.reload(if_generation_match=generation, retry=self.cloud.retry)
        if not upload.is_stored_as(blob.crc32c, int(blob.size)):
            blob.delete(if_generation_match=generation, retry=self.cloud.retry)
            raise StorageUnavailableError(
                f"{upload.place}: other bytes arrived than were sent; they were deleted",
                "run again; if it stays so, something between here and the bucket changes them",
            )
        return blob

    def describe(self, blob: Blob, landed: LandedFile, revision: int | None = None) -> None:
        """Write what is known of a file into the metadata of the generation that the blob names.

        Args:
            blob: the object.
            landed: what is known.
            revision: the metageneration that is replaced; None replaces any.
        """
        generation = int(blob.generation)
        # A patch leaves the keys that it does not name: None takes them away.
        stale = dict.fromkeys(blob.metadata or {})
        blob.metadata = {**stale, **metadata_of(landed, blob.crc32c)}
        blob.patch(
            if_generation_match=generation,
            if_metageneration_match=revision,
            retry=self.cloud.retry,
        )

    def _current(self, name: str) -> Blob | None:
        blob: Blob | None = self._bucket.get_blob(self._key(name), retry=self.cloud.retry)
        return blob

    @property
    def _bucket(self) -> Bucket:
        return self.cloud.storage.bucket(self.bucket_name)

    def _key(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name

    def _landed(self, blob: Blob) -> LandedFile | None:
        name = blob.name.removeprefix(self._key(""))
        return landed_file(name, blob.metadata or {}, blob.crc32c, int(blob.size))


@dataclass
class _BucketCopy(LocalCopy):
    """The copy of an object, which is fetched by its first proof."""

    lake: BucketLake = field(kw_only=True)

    def prove(self) -> None:
        if self._proved is not None:
            super().prove()
            return
        self.lake.fetch(self.landed.name, self.path)
        try:
            super().prove()
        except DamagedCopyError:
            self.lake.generation(self.landed)
            raise


@dataclass
class _BucketArrival:
    lake: BucketLake
    name: str
    generation: int
    upload: ResumableUpload | None = None

    def write(self, data: bytes, /) -> None:
        if self.upload is None:
            self.upload = self.lake.begin_upload(self.name, self.generation)
        with explained(self.upload.place):
            self.upload.write(data)

    def restart(self) -> None:
        self.cancel()

    def cancel(self) -> None:
        if self.upload is not None:
            self.upload.cancel()
            self.upload = None

    def publish(self, landed: LandedFile) -> None:
        upload = self.upload or self.lake.begin_upload(self.name, self.generation)
        with explained(upload.place):
            blob = self.lake.finish_upload(upload, self.name)
            self.upload = None
            # Until this is done the file does not count as landed: the next run fetches it again.
            self.lake.describe(blob, landed)
