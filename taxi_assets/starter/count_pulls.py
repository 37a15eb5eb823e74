"""The program outside of Dagster: it asks Docker Hub how often an image was pulled.

``image_pulls`` starts it in a container or a process. It needs only Python and ``dagster_pipes``,
and reports the count or an error through Dagster Pipes.
"""

import json
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from email.message import Message

from dagster_pipes import PipesContext, open_dagster_pipes

_TIMEOUT_SECONDS = 30
_TOO_MANY_REQUESTS, _NOT_FOUND, _SERVER_ERROR = 429, 404, 500


def count_pulls(pipes: PipesContext) -> None:
    """Ask Docker Hub; report the count, or the error with its remedy."""
    image, url = pipes.get_extra("image"), pipes.get_extra("url")
    pipes.log.info(f"asking {url}")
    started = time.monotonic()
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
            pulls = int(json.load(response)["pull_count"])
    except urllib.error.HTTPError as error:
        what, remedy = _explain(error.code, error.headers, image)
        passing = error.code == _TOO_MANY_REQUESTS or error.code >= _SERVER_ERROR
    except OSError as error:
        what = f"no answer: {getattr(error, 'reason', error)}"
        remedy = "check the network and TAXI_DOCKER_HUB_URL"
        passing = True
    except (ValueError, KeyError, TypeError):
        what = "the answer holds no pull_count"
        remedy = "check that TAXI_DOCKER_HUB_URL is Docker Hub's API"
        passing = False
    else:
        seconds = round(time.monotonic() - started, 3)
        pipes.report_asset_materialization({"image": image, "pulls": pulls, "seconds": seconds})
        return
    problem = {"what": f"{url}: {what}", "remedy": remedy, "passing": passing}
    pipes.report_custom_message(problem)


def _explain(status: int, headers: Message, image: str) -> tuple[str, str]:
    if status == _NOT_FOUND:
        return f"there is no image {image}", "correct the image in the run's configuration"
    if status == _TOO_MANY_REQUESTS:
        return f"too many requests (HTTP 429); the limit ends {_reset(headers)}", "run it then"
    return f"HTTP {status}", "try again later, and check TAXI_DOCKER_HUB_URL"


def _reset(headers: Message) -> str:
    """When the rate limit ends, as text. Docker Hub gives seconds since 1970."""
    at = headers.get("X-RateLimit-Reset") or headers.get("X-Retry-After") or ""
    if at.isdecimal():
        return f"at {datetime.fromtimestamp(int(at), UTC):%Y-%m-%d %H:%M:%S} UTC"
    after = headers.get("Retry-After", "")
    return f"in {after} s" if after.isdecimal() else "at a time that it does not name"


if __name__ == "__main__":
    with open_dagster_pipes() as pipes:
        count_pulls(pipes)
