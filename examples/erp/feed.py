"""Books orders by the change feed: python3 examples/erp/feed.py [--once]. Copy it: it wants nothing but Python 3.9."""
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
    """Asks again while the hub is away, as while it is deployed: each of these requests may come twice."""
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
    """Yours: book the order under the number of your system. The same order may come again, as after a crash of yours."""
    print("booked", order["number"], flush=True)
    return f"SO-{order['number']}"


def take(order):
    """A change only tells which order: what counts is the order as it is now."""
    if order["releasedAt"] and order["status"] != "cancelled" and not order["acknowledgement"]:
        path = f"/orders/{urllib.parse.quote(order['id'], safe='')}/acknowledgement"
        call("PUT", path, {"reference": book(order)})
    if order["status"] == "cancelled":
        print("cancelled", order["number"], flush=True)


call("PUT", f"/consumers/{CONSUMER}", {"from": "earliest"})
while True:
    page = call("GET", f"/changes?consumer={CONSUMER}&types=order.*&include=order&limit=100")
    # One order's changes of a page are one look at it.
    for order in {change["order"]: change["snapshot"] for change in page["changes"]}.values():
        if order:
            take(order)
    # Only now: what a crash kept from being booked is read again. 409: somebody had us seek elsewhere; read on there.
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
