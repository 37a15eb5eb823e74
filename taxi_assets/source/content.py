"""Small files held in memory, such as an API's answers."""

from taxi_assets.errors import InvalidFileError, NotFoundAtSourceError
from taxi_assets.source.public_url import public_url
from taxi_assets.source.transfer import Absent, Transport

LARGEST_BYTES = 200_000_000
"""Of a file that is held in memory."""


def fetch_content(transport: Transport, url: str) -> bytes:
    """Everything behind a URL.

    Raises:
        NotFoundAtSourceError: there is nothing.
        InvalidFileError: it is too large to be held in memory.
        SourceUnavailableError: it did not answer, or broke off, more often than is retried.
        SourceRefusedError: it will not serve this request.
    """
    content = _Content(url)
    outcome = transport.fetch(url, content, None)
    if isinstance(outcome, Absent):
        raise NotFoundAtSourceError(
            f"{public_url(url)}: {outcome.answer}", "check the address, and whether it is public"
        )
    return bytes(content.data)


class _Content:
    """A sink that keeps what it is given."""

    def __init__(self, url: str) -> None:
        self.url, self.data = url, bytearray()

    def write(self, data: bytes, /) -> None:
        self.data += data
        if len(self.data) > LARGEST_BYTES:
            raise InvalidFileError(
                f"{public_url(self.url)} is larger than {LARGEST_BYTES / 1e6:,.0f} MB",
                "ask for less of it, or land it in the lake as the taxi files are",
            )

    def restart(self) -> None:
        self.data.clear()
