#!/usr/bin/python3
"""A relay on loopback that keeps all that passes, and cuts a connection at a given moment. Prints "ready PORT PORT..." once it listens.

relay.py --to ADDRESS:PORT [--to ADDRESS:PORT...] [--record FILE] [--request N | --answer N] [--hold] [--cut FILE] [--cert FILE --key FILE]

One listener for each --to. A turn is all that one side says until the other side speaks; turns of each direction are counted over all
connections. --request N loses the Nth turn of the clients before the service has a byte of it; --answer N loses the Nth turn of the
services, after the service was asked. The connection is closed then, once; everything after passes. With --hold it stays open and
nothing passes any more. --cut names a file that is written when that has happened. --record appends what passed to the file, in both directions. With a certificate it stands between
two TLS connections, as some proxies do, and believes the service whatever it shows.
"""

import argparse
import selectors
import socket
import ssl
import threading


def receive(sock):
    """What is there. None: nothing for us, as when TLS renews its keys. Of TLS also what has been decrypted already, since no selector
    tells of that."""
    if not isinstance(sock, ssl.SSLSocket):
        return sock.recv(65536)
    sock.settimeout(0)
    try:
        data = sock.recv(65536)
        while data and sock.pending():
            data += sock.recv(sock.pending())
    except ssl.SSLWantReadError:
        return None
    finally:
        sock.settimeout(None)
    return data


class Relay:
    def __init__(self, args):
        self.args = args
        self.lock = threading.Lock()
        self.turns = {"request": 0, "answer": 0}
        self.over = False
        self.tls = None
        if args.cert:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(args.cert, args.key)

    def record(self, data):
        if self.args.record:
            with self.lock, open(self.args.record, "ab") as file:
                file.write(data)

    def cuts(self, direction):
        """A turn of DIRECTION begins: does it end the connection?"""
        with self.lock:
            self.turns[direction] += 1
            if self.over or self.turns[direction] != getattr(self.args, direction):
                return False
            self.over = True
            if self.args.cut:
                with open(self.args.cut, "w", encoding="ascii") as file:
                    file.write("%s %d\n" % (direction, self.turns[direction]))
            return True

    def carry(self, client, target):
        server = socket.create_connection(target)
        if self.tls:
            try:
                client = self.tls.wrap_socket(client, server_side=True)
                server = ssl._create_unverified_context().wrap_socket(server)
            except OSError:
                client.close()
                server.close()
                return
        selector = selectors.DefaultSelector()
        selector.register(client, selectors.EVENT_READ, (server, "request"))
        selector.register(server, selectors.EVENT_READ, (client, "answer"))
        speaking = None
        try:
            while True:
                for key, _ in selector.select():
                    other, direction = key.data
                    data = receive(key.fileobj)
                    if data is None:
                        continue
                    if not data:
                        return
                    if direction != speaking and self.cuts(direction):
                        if self.args.hold:
                            threading.Event().wait()
                        return
                    speaking = direction
                    self.record(data)
                    other.sendall(data)
        except OSError:
            pass
        finally:
            selector.close()
            client.close()
            server.close()

    def listen(self, listener, target):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=self.carry, args=(client, target), daemon=True).start()

    def run(self):
        threads, ports = [], []
        for to in self.args.to:
            address, port = to.rsplit(":", 1)
            listener = socket.create_server(("127.0.0.1", 0))
            ports.append(str(listener.getsockname()[1]))
            threads.append(threading.Thread(target=self.listen, args=(listener, (address, int(port))), daemon=True))
        for thread in threads:
            thread.start()
        print("ready " + " ".join(ports), flush=True)
        for thread in threads:
            thread.join()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--to", action="append", required=True)
    for name in ("--record", "--cut", "--cert", "--key"):
        parser.add_argument(name)
    parser.add_argument("--hold", action="store_true")
    parser.add_argument("--request", type=int, default=0)
    parser.add_argument("--answer", type=int, default=0)
    Relay(parser.parse_args()).run()


if __name__ == "__main__":
    main()
