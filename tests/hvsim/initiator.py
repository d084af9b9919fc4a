"""The caller's side of sign-in as WinRM's documents tell it (MS-WSMV, MS-CSSP, RFC 4559), on sockets, ssl and python3-gssapi: neither
the client nor the simulated host has a line of it."""

import base64
import hashlib
import os
import socket
import ssl
import struct

import gssapi
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from gssapi import raw

KERBEROS = gssapi.OID.from_int_seq('1.2.840.113554.1.2.2')
SPNEGO = gssapi.OID.from_int_seq('1.3.6.1.5.5.2')
NTLM = gssapi.OID.from_int_seq('1.3.6.1.4.1.311.2.2.10')
FLAGS = (gssapi.RequirementFlag.mutual_authentication | gssapi.RequirementFlag.replay_detection |
         gssapi.RequirementFlag.out_of_sequence_detection | gssapi.RequirementFlag.integrity |
         gssapi.RequirementFlag.confidentiality)
SOAP = 'application/soap+xml;charset=UTF-8'
TIMEOUT = 60


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def offers(self):
        return [value for name, value in self.headers if name == 'www-authenticate']

    def token(self, scheme):
        """What the server sends back in a handshake; None when it sends nothing."""
        for value in self.offers():
            if value.startswith(scheme + ' ') and not value.startswith('Basic'):
                return base64.b64decode(value[len(scheme) + 1:], validate=True)
        return None

    def header(self, wanted):
        return dict(self.headers).get(wanted)


class Closed(Exception):
    """The server closed the connection without an answer."""


class Connection:
    """One TCP connection; it never reconnects."""

    def __init__(self, url, ca=None, certificate=None, tls=None):
        scheme, rest = url.split('://')
        host, port = rest.split('/')[0].split(':')
        self.host = host
        self.socket = socket.create_connection((host, int(port)), timeout=TIMEOUT)
        self.binding = None
        if scheme == 'https':
            context = ssl.create_default_context(cafile=ca)
            if certificate:
                context.load_cert_chain(certificate)
            if tls:
                context.maximum_version = tls
            self.socket = context.wrap_socket(self.socket, server_hostname=host)
            der = self.socket.getpeercert(binary_form=True)
            self.binding = b'tls-server-end-point:' + hashlib.sha256(der).digest()
        self.file = self.socket.makefile('rb')

    def close(self):
        self.file.close()
        self.socket.close()

    def post(self, body=b'', authorization=None, content_type=SOAP, headers=()):
        lines = ['POST /wsman HTTP/1.1', 'Host: ' + self.host, 'Content-Length: %d' % len(body)]
        if body:
            lines.append('Content-Type: ' + content_type)
        if authorization is not None:
            lines.append('Authorization: ' + authorization)
        lines.extend(headers)
        try:
            self.socket.sendall('\r\n'.join(lines + ['', '']).encode() + body)
            return self.read()
        except (ConnectionError, ssl.SSLError) as error:
            raise Closed(str(error)) from error

    def read(self):
        first = self.file.readline()
        if not first:
            raise Closed('no answer')
        status = int(first.split()[1])
        headers = []
        while True:
            line = self.file.readline().decode().rstrip('\r\n')
            if not line:
                break
            name, value = line.split(':', 1)
            headers.append((name.lower(), value.strip()))
        n = int(dict(headers).get('content-length', 0))
        body = self.file.read(n)
        if len(body) != n:
            raise Closed('half an answer')
        return Answer(status, headers, body)

    def token(self, scheme, token, body=b'', content_type=SOAP):
        return self.post(body, scheme + ' ' + base64.b64encode(token).decode(), content_type)


def credential(mech, user=None, password=None, ccache=None):
    """For SPNEGO or raw use of MECH; Kerberos from the cache unless there is a password."""
    if password is not None:
        name = gssapi.Name(user, gssapi.NameType.user)
        return raw.acquire_cred_with_password(name, password.encode(), mechs=[mech], usage='initiate').creds
    return gssapi.Credentials(usage='initiate', mechs=[mech], store={'ccache': ccache} if ccache else None)


class Initiator:
    def __init__(self, mech, target, creds, binding=None, only=None, flags=FLAGS):
        if only:
            raw.set_neg_mechs(creds, [only])
        bindings = raw.ChannelBindings(application_data=binding) if binding else None
        self.context = gssapi.SecurityContext(name=gssapi.Name(target, gssapi.NameType.hostbased_service), creds=creds, mech=mech,
                                              flags=flags, channel_bindings=bindings, usage='initiate')

    def step(self, token=None):
        return self.context.step(token)

    def is_kerberos(self):
        return self.context.mech == KERBEROS

    def seal(self, plain):
        """Token and ciphertext of one message."""
        if self.is_kerberos():
            iov = raw.IOV(raw.IOVBufferType.header, plain, raw.IOVBufferType.padding, std_layout=False)
            raw.wrap_iov(self.context, iov, confidential=True)
            return iov[0].value, iov[1].value + (iov[2].value or b'')
        sealed = self.context.wrap(plain, True).message
        return sealed[:16], sealed[16:]

    def unseal(self, token, cipher):
        plain, sealed, _ = self.context.unwrap(token + cipher)
        assert sealed
        return plain


# ---- sealed messages (MS-WSMV 2.2.9.1) ----

PROTOCOLS = {'Negotiate': 'application/HTTP-SPNEGO-session-encrypted', 'Kerberos': 'application/HTTP-Kerberos-session-encrypted',
             'CredSSP': 'application/HTTP-CredSSP-session-encrypted'}


def sealed_type(scheme, kind='multipart/encrypted'):
    return '%s;protocol="%s";boundary="Encrypted Boundary"' % (kind, PROTOCOLS[scheme])


def sealed_part(scheme, token_length, sealed, n_plain, content=SOAP):
    return (('--Encrypted Boundary\r\n\tContent-Type: %s\r\n\tOriginalContent: type=%s;Length=%d\r\n'
             '--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n' % (PROTOCOLS[scheme], content, n_plain)).encode() +
            struct.pack('<I', token_length) + sealed)


END = b'--Encrypted Boundary--\r\n'


def sealed_body(scheme, initiator, plain, content=SOAP):
    token, cipher = initiator.seal(plain)
    return sealed_part(scheme, len(token), token + cipher, len(plain), content) + END


def split_body(scheme, body, dash='--'):
    """The parts of a body as (type, length, token length, token and ciphertext)."""
    mark = (dash + 'Encrypted Boundary').encode()
    head = (mark + b'\r\n\tContent-Type: ' + PROTOCOLS[scheme].encode() + b'\r\n\tOriginalContent: type=')
    data = mark + b'\r\n\tContent-Type: application/octet-stream\r\n'
    parts = []
    while body != mark + b'--\r\n':
        assert body.startswith(head), body[:200]
        line, rest = body[len(head):].split(b'\r\n', 1)
        content, length = line.split(b';Length=')
        assert rest.startswith(data), rest[:200]
        rest = rest[len(data):]
        end = rest.find(head)
        end = end if end >= 0 else len(rest) - len(mark + b'--\r\n')
        parts.append((content.decode(), int(length), struct.unpack('<I', rest[:4])[0], rest[4:end]))
        body = rest[end:]
    return parts


def open_answer(scheme, initiator, answer, kind='multipart/encrypted', dash='--', content=SOAP):
    assert answer.header('content-type') == sealed_type(scheme, kind), answer.header('content-type')
    plain = b''
    for part_type, length, token_length, sealed in split_body(scheme, answer.body, dash):
        piece = initiator.unseal(sealed[:token_length], sealed[token_length:])
        assert len(piece) == length and part_type == content, part_type
        plain += piece
    return plain


def sign_in(connection, scheme, initiator, body=b'', content_type=SOAP):
    """The whole handshake with empty bodies; the last answer. BODY goes with the first leg."""
    token = initiator.step()
    answer = None
    while token:
        answer = connection.token(scheme, token, body, content_type)
        body = b''
        back = answer.token(scheme)
        if answer.status not in (200, 401) or (answer.status == 401 and back is None):
            return answer
        token = initiator.step(back) if back is not None else None
    return answer


# ---- CredSSP (MS-CSSP) ----

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
