"""The client of CredSSP as MS-CSSP tells it, on ssl and python3-gssapi."""

import hashlib
import os
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from initiator import END, SOAP, sealed_part, split_body


def der(tag, *contents):
    content = b''.join(contents)
    n = len(content)
    if n < 0x80:
        return bytes([tag, n]) + content
    size = (n.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + n.to_bytes(size, 'big') + content


def field(number, *contents):
    return der(0xA0 + number, *contents)


def octets(content):
    return der(0x04, content)


def read_der(data):
    """The first value as (tag, content), and what follows."""
    n, start = data[1], 2
    if n >= 0x80:
        start += n & 0x7F
        n = int.from_bytes(data[2:start], 'big')
    assert len(data) >= start + n
    return (data[0], data[start:start + n]), data[start + n:]


def ts_request(version, nego=None, auth_info=None, pub_key_auth=None, nonce=None):
    parts = [field(0, der(0x02, bytes([version])))]
    if nego is not None:
        parts.append(field(1, der(0x30, der(0x30, field(0, octets(nego))))))
    for number, content in ((2, auth_info), (3, pub_key_auth), (5, nonce)):
        if content is not None:
            parts.append(field(number, octets(content)))
    return der(0x30, *parts)


def read_ts_request(data):
    """By number of the field: version, token, ..., error code as it stands in DER, nonce."""
    (tag, rest), behind = read_der(data)
    assert tag == 0x30 and not behind
    fields = {}
    while rest:
        (tag, content), rest = read_der(rest)
        value = read_der(content)[0]
        if tag == 0xA1:
            value = read_der(read_der(read_der(value[1])[0][1])[0][1])[0]
        fields[tag - 0xA0] = value[1]
    return fields


def ts_credentials(domain, user, password):
    wide = [text.encode('utf-16-le') for text in (domain, user, password)]
    fields = der(0x30, *(field(i, octets(text)) for i, text in enumerate(wide)))
    return der(0x30, field(0, der(0x02, b'\x01')), field(1, octets(fields)))


class CredSSP:
    """Over CONNECTION with the inner INITIATOR; step by step, so that a test can stop or change anything."""

    def __init__(self, connection, initiator, version=6, tls=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if tls:
            context.maximum_version = tls
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing)
        self.connection, self.initiator, self.version = connection, initiator, version
        self.peer_version = None
        self.nonce = os.urandom(32)
        self.answer = None

    def leg(self, body=b'', content_type=SOAP):
        """Sends what TLS has to say and takes what comes back; False: refused."""
        self.answer = self.connection.token('CredSSP', self.outgoing.read(), body, content_type)
        token = self.answer.token('CredSSP')
        if token:
            self.incoming.write(token)
        return bool(token)

    def handshake(self):
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                assert self.leg()
                continue
            break
        if self.tls.version() == 'TLSv1.2':
            assert not self.outgoing.pending
        elif self.outgoing.pending:
            assert self.leg()

    def read(self):
        try:
            return self.tls.read(65536)
        except ssl.SSLWantReadError:
            return b''

    def exchange(self, request):
        """Fields of the answer, None when there is none."""
        self.tls.write(request)
        self.leg()
        data = self.read()
        return read_ts_request(data) if data else None

    def key(self):
        public = x509.load_der_x509_certificate(self.tls.getpeercert(binary_form=True)).public_key()
        return public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)

    def effective(self):
        return min(self.version, self.peer_version) if self.peer_version else self.version

    def proof(self, is_answer=False, key=None):
        key = key or self.key()
        if self.effective() < 5:
            return bytes([key[0] + is_answer]) + key[1:]
        label = b'Server-To-Client' if is_answer else b'Client-To-Server'
        return hashlib.sha256(b'CredSSP ' + label + b' Binding Hash\0' + self.nonce + key).digest()

    def prove(self, token=None, key=None):
        """pubKeyAuth with the last token, if there is one; the fields of the answer."""
        wrapped = self.initiator.context.wrap(self.proof(key=key), True).message
        return self.exchange(ts_request(self.version, nego=token, pub_key_auth=wrapped,
                                        nonce=self.nonce if self.effective() >= 5 else None))

    def tokens(self):
        """The inner handshake; the last token when it is still to be sent."""
        token = self.initiator.step()
        while not self.initiator.context.complete:
            fields = self.exchange(ts_request(self.version, nego=token))
            if not fields or 1 not in fields:
                return fields, None
            self.peer_version = int.from_bytes(fields[0], 'big')
            token = self.initiator.step(fields[1])
        return None, token

    def hand_over(self, credentials):
        wrapped = self.initiator.context.wrap(credentials, True).message
        return self.exchange(ts_request(self.version, auth_info=wrapped))

    def sign_in(self, domain, user, password):
        """The answer to the last leg, and the fields of the last message if one came."""
        self.handshake()
        fields, token = self.tokens()
        if fields is not None or not self.initiator.context.complete:
            return self.answer, fields
        fields = self.prove(token)
        if not fields or 3 not in fields:
            return self.answer, fields
        self.peer_version = int.from_bytes(fields[0], 'big')
        assert self.initiator.context.unwrap(fields[3]).message == self.proof(is_answer=True)
        fields = self.hand_over(ts_credentials(domain, user, password))
        return self.answer, fields

    def seal(self, plain):
        self.tls.write(plain)
        return (17 if self.tls.version() == 'TLSv1.3' else 16), self.outgoing.read()

    def body(self, plain, chunk=16384, content=SOAP):
        parts = []
        for at in range(0, len(plain), chunk):
            piece = plain[at:at + chunk]
            trailer, sealed = self.seal(piece)
            parts.append(sealed_part('CredSSP', trailer, sealed, len(piece), content))
        return b''.join(parts) + END

    def open(self, answer):
        plain = b''
        for _, length, trailer, sealed in split_body('CredSSP', answer.body):
            assert trailer == (17 if self.tls.version() == 'TLSv1.3' else 16) and length <= 16384
            self.incoming.write(sealed)
            piece = self.read()
            assert len(piece) == length, (len(piece), length)
            plain += piece
        return plain
