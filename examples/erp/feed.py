"""Books orders from the change feed: python3 examples/erp/feed.py [--once]. Copy it: it needs only Python 3.9."""
import gzip
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

HUB = os.environ.get("LONGSHORE_URL", "http://127.0.0.1:4400")
KEY = os.environ.get("LONGSHORE_API_KEY", "local-dev-key")
CONSUMER = os.environ.get("CONSUMER", "erp-py")
EVERY_SECONDS = 2


def call(method, path, body=None):
    """Retries while the hub is away, such as during a deployment: repeating any of these requests does no harm."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", "Accept-Encoding": "gzip"}
    while True:
        request = urllib.request.Request(HUB + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
                return json.loads(gzip.decompress(text) if answer.headers["Content-Encoding"] == "gzip" else text)
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code != 429:
                raise
            print(method, path, error.code, "once more", file=sys.stderr)
        except (OSError, http.client.HTTPException) as error:
            print(method, path, error, "once more", file=sys.stderr)
        time.sleep(EVERY_SECONDS)


def book(order):
    """Replace this: book the order under your system's number. The same order may come again, as after a crash."""
    print("booked", order["number"], flush=True)
    return f"SO-{order['number']}"


def take(order):
    """A change only names an order: act on the order as it is now."""
    if order["releasedAt"] and order["status"] != "cancelled" and not order["acknowledgement"]:
        path = f"/orders/{urllib.parse.quote(order['id'], safe='')}/acknowledgement"
        call("PUT", path, {"reference": book(order)})
    if order["status"] == "cancelled":
        print("cancelled", order["number"], flush=True)


call("PUT", f"/consumers/{CONSUMER}", {"from": "earliest"})
while True:
    page = call("GET", f"/changes?consumer={CONSUMER}&types=order.*&include=order&limit=100")
    # Several changes of one order on a page are handled once.
    for order in {change["order"]: change["snapshot"] for change in page["changes"]}.values():
        if order:
            take(order)
    # Only now, so that whatever a crash kept from being booked is read again. 409: somebody moved the consumer.
    try:
        call("POST", f"/consumers/{CONSUMER}/commit", {"cursor": page["cursor"]})
    except urllib.error.HTTPError as error:
        if error.code != 409:
            raise
        continue
    if page["caughtUp"] and "--once" in sys.argv:
        break
    if page["caughtUp"]:
        time.sleep(EVERY_SECONDS)
