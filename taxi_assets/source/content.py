"""Small files held in memory, such as an API's answers."""

from taxi_assets.errors import InvalidFileError, NotFoundAtSourceError
from taxi_assets.source.public_url import public_url
from taxi_assets.source.transfer import Absent, Transport

LARGEST_BYTES = 200_000_000
"""Of a file that is held in memory, unless the caller takes less."""


def fetch_content(transport: Transport, url: str, largest_bytes: int = LARGEST_BYTES) -> bytes:
    """Everything behind a URL, if it is not larger than that.

    Raises:
        NotFoundAtSourceError: there is nothing.
        InvalidFileError: it is too large to be held in memory.
        SourceUnavailableError: it did not answer, or broke off, more often than is retried.
        SourceRefusedError: it will not serve this request.
    """
    content = _Content(url, largest_bytes)
    outcome = transport.fetch(url, content, None)
    if isinstance(outcome, Absent):
        raise NotFoundAtSourceError(
            f"{public_url(url)}: {outcome.answer}", "check the address, and whether it is public"
        )
    return bytes(content.data)


class _Content:
    """A sink that keeps what it is given."""

    def __init__(self, url: str, largest_bytes: int) -> None:
        self.url, self.largest_bytes, self.data = url, largest_bytes, bytearray()

    def write(self, data: bytes, /) -> None:
        self.data += data
        if len(self.data) > self.largest_bytes:
            raise InvalidFileError(
                f"{public_url(self.url)} is larger than {self.largest_bytes / 1e6:,.0f} MB",
                "ask for less of it, or land it in the lake as the taxi files are",
            )

    def restart(self) -> None:
        self.data.clear()
