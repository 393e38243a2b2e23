"""A system's back channel: takes logout tokens and keeps them."""

import http.server
import queue
import threading
from urllib.parse import parse_qsl


class LogoutListener:
    def __init__(self):
        received: queue.Queue[dict[str, str]] = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                received.put(dict(parse_qsl(body.decode())))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._received = received
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/backchannel-logout"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def wait(self, seconds: float = 15) -> dict[str, str]:
        """The next post's form."""
        return self._received.get(timeout=seconds)
