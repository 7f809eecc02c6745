"""A receiver on Python's http.server. It prints its port, and answers as the path says. Argument: HTTP/1.0 or HTTP/1.1."""
import gzip
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver(BaseHTTPRequestHandler):
    protocol_version = sys.argv[1]

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        getattr(self, self.path[1:].replace("-", "_"))()

    def answer(self, body, length=None, **headers):
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)

    def plain(self):
        self.answer(b"ok", 2)

    def host(self):
        body = self.headers["host"].encode()
        self.answer(body, len(body))

    def no_length(self):
        self.answer(b"ok")
        self.close_connection = True

    def interim(self):
        for status in (100, 102, 103):
            self.send_response_only(status)
            self.end_headers()
        self.answer(b"ok", 2)

    def cyrillic(self):
        self.answer("Привет".encode("windows-1251"), 6, Content_Type="text/plain; charset=windows-1251")

    def packed(self):
        body = gzip.compress(b"ok")
        self.answer(body, len(body), Content_Encoding="gzip")

    def short(self):
        self.answer(b"the beginning", 1000)
        self.close_connection = True

    def bare(self):
        self.wfile.write(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok")

    def forgotten(self):
        self.wfile.write(b"ok\n")
        self.close_connection = True

    def refused(self):
        self.send_error(404, "Nobody")

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_address[1], flush=True)
server.serve_forever()
