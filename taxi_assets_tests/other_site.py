"""Another site, and all that its pages can try to make a browser do to Dagster's UI."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import Browser, Page, sync_playwright

from taxi_assets_tests.loopback import serving
from taxi_assets_tests.ui import FLAGS, require_chromium

REBOUND = "rebound.example"
"""A name of the attacker's that points to this machine."""

LIMIT = "mutation {{ setConcurrencyLimit(concurrencyKey: {name}, limit: 7) }}"

ATTEMPTS = """
async ({ url, mutation }) => {
  const get = `${url}/graphql?${new URLSearchParams({ query: mutation("img") })}`;
  const body = (name) => JSON.stringify({ query: mutation(name) });
  const settled = (promise) => promise.then((answer) => `${answer.status}`, () => "refused");
  const image = new Promise((done) => {
    const img = new Image();
    img.onload = img.onerror = () => done("tried");
    img.src = get;
  });
  const form = (method, encoding) => new Promise((done) => {
    const frame = document.createElement("iframe");
    frame.name = `frame-${method}-${encoding}`;
    document.body.append(frame);
    const form = document.createElement("form");
    const name = `form ${method} ${encoding}`;
    Object.assign(form, { method, enctype: encoding, target: frame.name });
    form.action = method === "post"
      ? `${url}/graphql?${new URLSearchParams({ query: mutation(name) })}` : `${url}/graphql`;
    const field = document.createElement("input");
    Object.assign(field, { name: "query", value: mutation(name) });
    form.append(field);
    document.body.append(form);
    frame.onload = () => done("tried");
    form.submit();
  });
  const socket = new Promise((done) => {
    const ws = new WebSocket(`${url.replace("http", "ws")}/graphql`, "graphql-ws");
    const start = (payload) => ({ type: "start", id: "1", payload });
    ws.onopen = () => {
      ws.send(JSON.stringify({ type: "connection_init" }));
      ws.send(JSON.stringify(start({ query: mutation("websocket") })));
    };
    ws.onmessage = () => done("answered");
    ws.onclose = ws.onerror = () => done("refused");
  });
  const post = (name, mode, type) => settled(fetch(`${url}/graphql`, {
    method: "POST", mode, credentials: "include",
    headers: { "Content-Type": type }, body: body(name),
  }));
  const read = settled(fetch(`${url}/graphql`, {
    method: "POST", mode: "no-cors", credentials: "include", body: body("fetch plain"),
  }));
  return Promise.all([
    image, form("get", "application/x-www-form-urlencoded"),
    form("post", "application/x-www-form-urlencoded"), form("post", "text/plain"),
    form("post", "multipart/form-data"), socket, read,
    post("fetch json", "cors", "application/json"),
    post("fetch graphql", "no-cors", "application/graphql"),
    settled(fetch(get, { mode: "no-cors", credentials: "include" })),
  ]);
}
"""
SCRIPT = (
    "(given) => { const mutation = (name) => given.mutation.replace('{name}', JSON.stringify(name))"
    f"; return ({ATTEMPTS})({{ url: given.url, mutation }}); }}"
)


class OtherSite(BaseHTTPRequestHandler):
    """A site with an empty page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>another site</title><body>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@contextmanager
def other_site() -> Iterator[int]:
    """The site, for the time of the context: its port on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), OtherSite) as site, serving(site):
        yield site.server_port


def attempt(page: Page, url: str) -> None:
    """From the page that is shown, try each way to set a pool's limit in the UI at an address."""
    mutation = LIMIT.replace("{{", "{").replace("}}", "}")
    page.evaluate(SCRIPT, {"url": url, "mutation": mutation})


@contextmanager
def rebound_browser() -> Iterator[Browser]:
    """A browser for which `REBOUND` is this machine."""
    rule = f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=require_chromium(), args=[*FLAGS, rule]
        )
        yield running
        running.close()
