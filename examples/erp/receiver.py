"""Receives changes as an endpoint: SECRET=whsec_… python3 examples/erp/receiver.py. Copy it: it needs only Python 3.9."""
import base64
import gzip
import hashlib
import hmac
import json
import os
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HUB = os.environ.get("LONGSHORE_URL", "http://127.0.0.1:4400")
KEY = os.environ.get("LONGSHORE_API_KEY", "local-dev-key")
CONSUMER = os.environ.get("CONSUMER", "erp-receiver-py")
SECRETS = os.environ.get("SECRET", "").split()
TOLERANCE_SECONDS = 300


def is_authentic(headers, body):
    """Standard Webhooks 1.0.0: any signature by any of our secrets over the exact bytes, at most five minutes old."""
    stamp = headers.get("webhook-timestamp", "0")
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{headers.get('webhook-id')}.{stamp}.".encode() + body
    for secret in SECRETS:
        key = base64.b64decode(secret.replace("whsec_", ""))
        expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        for given in headers.get("webhook-signature", "").split():
            if hmac.compare_digest(given.encode(), expected.encode()):
                return True
    return False


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", "Accept-Encoding": "gzip"}
    request = urllib.request.Request(HUB + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read()
        return json.loads(gzip.decompress(text) if answer.headers["Content-Encoding"] == "gzip" else text)


# Replace this: keep ids where a restart finds them. A repeated change has the same id.
done = set()
# The same change may come by two requests at once: they are dealt with one after the other.
turn = threading.Lock()


def take(change):
    with turn:
        book(change)


def book(change):
    if change["id"] in done:
        return
    if change["type"] == "order.released" and change["order"]:
        # A change is only a signal: act on the order as it is now.
        path = f"/orders/{urllib.parse.quote(change['order'], safe='')}"
        order = call("GET", path)
        if order["releasedAt"] and order["status"] != "cancelled" and not order["acknowledgement"]:
            print("booked", order["number"], flush=True)
            call("PUT", f"{path}/acknowledgement", {"reference": f"SO-{order['number']}"})
    done.add(change["id"])


def catch_up():
    """The feed has everything that was missed: read it at each start."""
    call("PUT", f"/consumers/{CONSUMER}", {"from": "earliest"})
    caught_up = False
    while not caught_up:
        page = call("GET", f"/changes?consumer={CONSUMER}")
        for change in page["changes"]:
            take(change)
        call("POST", f"/consumers/{CONSUMER}/commit", {"cursor": page["cursor"]})
        caught_up = page["caughtUp"]


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        status = 401
        if is_authentic(self.headers, body):
            try:
                message = json.loads(body)
                if message["type"] != "endpoint.test":
                    take(message["data"])
                status = 204
            except Exception as error:
                # Any answer but 2xx makes the hub send it again.
                print("failed", error, flush=True)
                status = 500
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Receiver)
catch_up()
print("listening", flush=True)
server.serve_forever()
