"""The caller's side of sign-in as WinRM's documents tell it (MS-WSMV, MS-CSSP, RFC 4559), on sockets, ssl and python3-gssapi: neither
the client nor the simulated host has a line of it."""

import base64
import hashlib
import socket
import ssl
import struct

import gssapi
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
