"""Creates the lake's bucket, or checks the one that exists, without changing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taxi_assets.errors import CredentialsError, StorageError
from taxi_assets.gcp.cloud import GoogleCloud
from taxi_assets.gcp.failures import explained

if TYPE_CHECKING:
    from google.cloud.storage import Bucket

LABELS = {"managed-by": "taxi-assets"}
"""The labels of every bucket that this project creates."""

NEEDED_RIGHTS = (
    "storage.objects.create",
    "storage.objects.delete",
    "storage.objects.get",
    "storage.objects.list",
    "storage.objects.update",
)
"""The rights on the bucket that a load needs. To replace an object, the right to delete is needed,
too. roles/storage.objectUser has them all."""

# Broken multipart uploads of other tools leave parts that cost money and that no listing shows.
# Resumable uploads, such as the lake's own, end by themselves after a week.
_ABANDONED_DAYS = 7
_ENFORCED = "enforced"

_MULTI_REGIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "us": (("us-", "nam4"), ()),
    "eu": (("europe-", "eur4", "eur5", "eur7", "eur8"), ("europe-west2", "europe-west6")),
}
"""For each multi-region of BigQuery, how locations of buckets in it begin, and which of these do
not lie in it: London and Zurich are not in the European Union. A bucket in one region or two may
be read from the multi-region around it: https://cloud.google.com/bigquery/docs/locations."""


@dataclass(frozen=True)
class BucketState:
    """A bucket that raw files can be stored in.

    Attributes:
        name: its name.
        location: where it is, such as ``us-east1``.
        created: whether it was created just now.
        warnings: what is unusual, and what to do about it; loads work all the same.
    """

    name: str
    location: str
    created: bool
    warnings: tuple[str, ...] = ()


def ensure_bucket(cloud: GoogleCloud, name: str) -> BucketState:
    """Create the bucket if it does not exist; otherwise check that it can be used.

    Raises:
        CredentialsError: it belongs to another project, or the account may not create or read
            buckets.
        StorageError: it is in another location, or could be opened to everybody.
    """
    from google.api_core.exceptions import Conflict, Forbidden, NotFound

    place = f"gs://{name}"
    with explained(place):
        try:
            bucket = cloud.storage.get_bucket(name, retry=cloud.retry)
        except NotFound:
            try:
                return _create(cloud, name)
            except Conflict:
                raise _taken(place) from None
        except Forbidden as error:
            if "billing" in str(error.message):
                raise
            raise _taken(place) from None
    _require_fit(bucket, cloud.location)
    location = str(bucket.location).lower()
    return BucketState(name, location, created=False, warnings=_warnings(bucket))


def require_location(cloud: GoogleCloud, name: str) -> str:
    """Check that BigQuery in the location of the settings reads the bucket; return its location.

    Raises:
        StorageError: it is elsewhere, or does not exist.
        CredentialsError: the account may not read the bucket's location.
    """
    from google.api_core.exceptions import Forbidden

    with explained(f"gs://{name}"):
        try:
            bucket = cloud.storage.get_bucket(name, retry=cloud.retry)
        except Forbidden:
            raise CredentialsError(
                f"gs://{name}: we may not see where it is",
                f"`gcloud storage buckets add-iam-policy-binding gs://{name} --member=MEMBER "
                "--role=roles/storage.bucketViewer`: external tables need it, too (docs/gcp.md)",
            ) from None
    _require_place(bucket, cloud.location)
    return str(bucket.location).lower()


def missing_rights(cloud: GoogleCloud, name: str) -> list[str]:
    """The rights on the bucket that a load needs and the account lacks.

    Raises:
        StorageError: there is no such bucket.
    """
    with explained(f"gs://{name}"):
        bucket = cloud.storage.bucket(name)
        granted = bucket.test_iam_permissions(list(NEEDED_RIGHTS), retry=cloud.retry)
    return [right for right in NEEDED_RIGHTS if right not in granted]


def _create(cloud: GoogleCloud, name: str) -> BucketState:
    bucket = cloud.storage.bucket(name)
    bucket.iam_configuration.uniform_bucket_level_access_enabled = True
    bucket.iam_configuration.public_access_prevention = _ENFORCED
    bucket.labels = LABELS
    bucket.add_lifecycle_abort_incomplete_multipart_upload_rule(age=_ABANDONED_DAYS)
    bucket.create(project=cloud.project_id, location=cloud.location, retry=cloud.retry)
    return BucketState(name, cloud.location, created=True)


def _require_place(bucket: Bucket, location: str) -> None:
    place = f"gs://{bucket.name}"
    found = str(bucket.location).lower()
    if not lies_within(found, location):
        raise StorageError(
            f"{place} is in {found}, and GCP_LOCATION says {location}",
            f"set GCP_LOCATION={found}, or name another bucket in TAXI_LAKE: a bucket stays where "
            "it was made, and what is read across locations costs or fails",
        )


def _require_fit(bucket: Bucket, location: str) -> None:
    _require_place(bucket, location)
    place, access = f"gs://{bucket.name}", bucket.iam_configuration
    if access.public_access_prevention != _ENFORCED:
        raise StorageError(
            f"{place} could be opened to everybody",
            f"`gcloud storage buckets update {place} --public-access-prevention`",
        )


def _warnings(bucket: Bucket) -> tuple[str, ...]:
    if bucket.iam_configuration.uniform_bucket_level_access_enabled:
        return ()
    place = f"gs://{bucket.name}"
    return (
        f"{place} has rights object by object (fine-grained access): objects that others make may "
        "not be readable for all; if no object needs rights of its own, "
        f"`gcloud storage buckets update {place} --uniform-bucket-level-access`",
    )


def lies_within(bucket: str, location: str) -> bool:
    """Whether BigQuery in a location reads a bucket: it lies there, or in a region of it.

    Args:
        bucket: the bucket's location, in lower case.
        location: the dataset's location, in lower case.
    """
    if bucket == location:
        return True
    beginnings, others = _MULTI_REGIONS.get(location, ((), ()))
    return bucket.startswith(beginnings) and bucket not in others


def _taken(place: str) -> CredentialsError:
    return CredentialsError(
        f"{place} is there, but we may not see it: it is another project's, or we lack rights",
        "names of buckets are taken world-wide: name another one in TAXI_LAKE; if it is yours, "
        "grant roles/storage.bucketViewer on it (docs/gcp.md)",
    )
