"""URLs as they may be shown: in messages, logs, events, tables; and the settings they are from."""

from urllib.parse import urlsplit

MIRROR_SETTINGS = "TAXI_CSV_BASE_URL or TAXI_PARQUET_BASE_URL"
"""What holds the addresses of the taxi files."""

_WITHOUT_SECRETS = ("file", "sample")


def public_url(url: str) -> str:
    """Return the URL as it may be shown: without user, password, query and fragment."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return "(an address that cannot be read)"
    if parts.scheme in _WITHOUT_SECRETS:
        place = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{place}{parts.path}"
    if not host:
        return "(an address that cannot be read)"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}{parts.path}"
