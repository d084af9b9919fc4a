"""The service's side of CredSSP for foreign_server.py, by Python's TLS and python3-gssapi. MS-CSSP 2.2.1 and 3.1.5; messages are
sealed by the TLS connection within the headers, as MS-WSMV 2.2.9.1.3 has it."""

import hashlib
import re
import ssl
import struct

import gssapi
from gssapi.raw import accept_sec_context, unwrap, wrap

PROTOCOL = "application/HTTP-CredSSP-session-encrypted"
CHUNK = 16384


class Broken(Exception):
    """What the client sent is not what the documents say."""


# ---- DER ----


def tlv(tag, data):
    n = len(data)
    length = bytes([n]) if n < 128 else bytes([0x80 | (n.bit_length() + 7) // 8]) + n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag]) + length + data


def read(data, tag):
    """The content of the element that DATA begins with, and what follows it."""
    if len(data) < 2 or data[0] != tag:
        raise Broken("no element %02x" % tag)
    n, at = data[1], 2
    if n & 0x80:
        at += n & 0x7F
        n = int.from_bytes(data[2:at], "big")
        if n < 128 or data[2] == 0:
            raise Broken("a length that is not the shortest")
    if at + n > len(data):
        raise Broken("an element that is cut")
    return data[at : at + n], data[at + n :]


def whole(data, tag):
    content, rest = read(data, tag)
    if rest:
        raise Broken("something after the element")
    return content


def fields(data):
    """The explicitly tagged fields of a SEQUENCE, in order."""
    found, last, data = {}, -1, whole(data, 0x30)
    while data:
        number = data[0] & 0x1F
        if data[0] & 0xE0 != 0xA0 or number <= last:
            raise Broken("fields out of order")
        found[number], data = read(data, data[0])
        last = number
    return found


def ts_request(version, token=None, key=None, error=None):
    out = tlv(0xA0, tlv(2, bytes([version])))
    if token:
        out += tlv(0xA1, tlv(0x30, tlv(0x30, tlv(0xA0, tlv(4, token)))))
    if key:
        out += tlv(0xA3, tlv(4, key))
    if error:
        out += tlv(0xA4, tlv(2, error.to_bytes(4, "big")))
    return tlv(0x30, out)


class CredSSP:
    """One sign-in. step() takes what the client sent and returns the answer; DONE, USER, MECH and PASSWORD tell what came of it."""

    def __init__(self, service, mech_names):
        self.service = service
        self.mech_names = mech_names
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(service.args.inner_cert, service.args.inner_key)
        context.maximum_version = ssl.TLSVersion.TLSv1_2 if service.args.inner_tls == "1.2" else ssl.TLSVersion.TLSv1_3
        context.num_tickets = 0 if "no-tickets" in service.quirks else 2
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        self.shaken = self.done = self.proven = False
        self.context = None
        self.plain = b""
        self.user = self.mech = self.password = self.version = None

    def subject_public_key(self):
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        with open(self.service.args.inner_cert, "rb") as file:
            key = x509.load_pem_x509_certificate(file.read()).public_key()
        if isinstance(key, RSAPublicKey):
            return key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def decrypt(self, data):
        self.incoming.write(data)
        out = b""
        while True:
            try:
                piece = self.tls.read(65536)
            except ssl.SSLWantReadError:
                return out
            if not piece:
                return out
            out += piece

    def encrypt(self, data):
        self.tls.write(data)
        return self.outgoing.read()

    def step(self, data):
        if not self.shaken:
            self.incoming.write(data)
            data = b""
            try:
                self.tls.do_handshake()
                self.shaken = True
            except ssl.SSLWantReadError:
                return self.outgoing.read()
        self.plain += self.decrypt(data)
        if self.plain:
            request, self.plain = self.plain, b""
            self.tls.write(self.take(fields(request)))
        return self.outgoing.read()

    def take(self, request):
        version = int.from_bytes(whole(request[0], 2), "big")
        self.version = min(version, self.service.args.credssp_version)
        if 2 in request:
            return self.take_credentials(whole(request[2], 4))
        token = None
        if 1 in request:
            token = whole(fields(whole(request[1], 0x30))[0], 4)
            result = accept_sec_context(token, acceptor_creds=self.service.credential, context=self.context)
            self.context, token = result.context, result.token
            if not result.more_steps:
                self.mech = self.mech_names[result.mech.dotted_form]
                self.user = str(gssapi.Name(result.initiator_name)).rstrip("\0")
        if 3 not in request:
            return ts_request(self.service.args.credssp_version, token)
        if self.mech is None:
            raise Broken("pubKeyAuth before the sign-in is done")
        return ts_request(self.service.args.credssp_version, token, self.prove(whole(request[3], 4), request.get(5)))

    def prove(self, sealed, nonce):
        told, key = unwrap(self.context, sealed).message, self.subject_public_key()
        if self.version < 5:
            expected, answer = key, bytes([(key[0] + 1) & 0xFF]) + key[1:]
        else:
            nonce = whole(nonce, 4)
            if len(nonce) != 32:
                raise Broken("a nonce of %d bytes" % len(nonce))
            expected, answer = (hashlib.sha256(("CredSSP %s Binding Hash\0" % way).encode() + nonce + key).digest()
                                for way in ("Client-To-Server", "Server-To-Client"))
        if told != expected:
            raise Broken("the public key is another")
        self.proven = True
        if "false-proof" in self.service.quirks:
            answer = bytes([answer[0] ^ 1]) + answer[1:]
        return wrap(self.context, answer).message

    def take_credentials(self, sealed):
        if not self.proven:
            raise Broken("credentials before the proof of the key")
        credentials = fields(unwrap(self.context, sealed).message)
        if int.from_bytes(whole(credentials[0], 2), "big") != 1:
            raise Broken("no password")
        given = fields(whole(credentials[1], 4))
        domain, user, self.password = (whole(given[i], 4).decode("utf-16-le") for i in range(3))
        self.given = domain + "\\" + user
        self.done = True
        return b""

    # ---- messages ----

    def unseal(self, headers, body):
        found = re.match('multipart/(x-multi-)?encrypted;protocol="%s";boundary="Encrypted Boundary"$' % re.escape(PROTOCOL),
                         headers.get("content-type", ""))
        closing, plain, n_parts = b"--Encrypted Boundary--\r\n", b"", 0
        form = re.compile(
            b"--Encrypted Boundary\r\n\tContent-Type: %s\r\n\tOriginalContent: type=application/soap\\+xml;charset=UTF-8;"
            b"Length=([0-9]+)\r\n--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n" % PROTOCOL.encode())
        while found and body != closing:
            match = form.match(body)
            if not match:
                raise Broken("a part that is framed in another way")
            length, at, part = int(match.group(1)), match.end() + 4, b""
            (trailer,) = struct.unpack_from("<I", body, match.end())
            if trailer not in (16, 17) or length > CHUNK:
                raise Broken("a trailer of %d bytes for %d" % (trailer, length))
            # The records say themselves how long they are.
            while len(part) < length:
                (n_record,) = struct.unpack_from(">H", body, at + 3)
                part += self.decrypt(body[at : at + 5 + n_record])
                at += 5 + n_record
            if len(part) != length:
                raise Broken("a part of another length")
            plain, body, n_parts = plain + part, body[at:], n_parts + 1
        if not found or bool(found.group(1)) != (n_parts > 1):
            raise Broken("the Content-Type does not tell of %d parts" % n_parts)
        return plain

    def seal(self, plain):
        body, pieces = b"", [plain[at : at + CHUNK] for at in range(0, len(plain), CHUNK)]
        for piece in pieces:
            sealed = self.encrypt(piece)
            body += (
                "--Encrypted Boundary\r\n\tContent-Type: %s\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d\r\n"
                "--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n" % (PROTOCOL, len(piece))
            ).encode() + struct.pack("<I", 16 if self.service.args.inner_tls == "1.2" else 17) + sealed
        kind = "x-multi-encrypted" if len(pieces) > 1 else "encrypted"
        return body + b"--Encrypted Boundary--\r\n", 'multipart/%s;protocol="%s";boundary="Encrypted Boundary"' % (kind, PROTOCOL)
