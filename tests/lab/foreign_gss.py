"""A client of python3-gssapi and http.client for foreign_client.py: what python3-winrm cannot do, such as channel binding with
Kerberos. MS-WSMV 2.2.9.1 for the sealing, RFC 5929 for the binding."""

import base64
import hashlib
import http.client
import re
import ssl
import struct
import urllib.parse

import gssapi
from gssapi.raw import (ChannelBindings, IOV, IOVBufferType, NameType, OID, RequirementFlag, acquire_cred, acquire_cred_with_password,
                        import_name, init_sec_context, unwrap, wrap, wrap_iov)

KRB5 = OID.from_int_seq("1.2.840.113554.1.2.2")
NTLM = OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
SPNEGO = OID.from_int_seq("1.3.6.1.5.5.2")
MECHS = {"gss-krb5": KRB5, "gss-kerberos": KRB5, "gss-ntlm": NTLM, "gss-spnego": SPNEGO}
FLAGS = [RequirementFlag.mutual_authentication, RequirementFlag.replay_detection, RequirementFlag.out_of_sequence_detection,
         RequirementFlag.confidentiality, RequirementFlag.integrity]
SOAP = "application/soap+xml;charset=UTF-8"


class Refused(Exception):
    pass


class Client:
    def __init__(self, args, password):
        self.scheme = "Kerberos" if args.how == "gss-kerberos" else "Negotiate"
        self.protocol = "application/HTTP-%s-session-encrypted" % ("Kerberos" if self.scheme == "Kerberos" else "SPNEGO")
        self.mech = MECHS[args.how]
        self.args = args
        url = urllib.parse.urlsplit(args.url)
        self.path = url.path
        tls = url.scheme == "https"
        if tls:
            context = ssl.create_default_context(cafile=args.ca)
            self.http = http.client.HTTPSConnection(url.hostname, url.port, timeout=60, context=context)
        else:
            self.http = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
        self.http.connect()
        self.binding = self.make_binding() if tls and not args.no_binding else None
        self.target = import_name(b"HTTP@" + url.hostname.encode(), NameType.hostbased_service)
        self.context = None
        if password is not None:
            name = import_name(args.user.encode(), NameType.user)
            self.credential = acquire_cred_with_password(name, password.encode(), mechs=[self.mech], usage="initiate").creds
        else:
            self.credential = acquire_cred(None, mechs=[self.mech], usage="initiate").creds

    def make_binding(self):
        from cryptography import x509

        der = self.http.sock.getpeercert(binary_form=True)
        name = x509.load_der_x509_certificate(der).signature_hash_algorithm.name
        digest = hashlib.new("sha256" if name in ("md5", "sha1") else name, der).digest()
        if self.args.wrong_binding:
            digest = digest[::-1]
        return ChannelBindings(application_data=b"tls-server-end-point:" + digest)

    def post(self, body, headers):
        self.http.request("POST", self.path, body, headers)
        answer = self.http.getresponse()
        return answer, answer.read()

    def sign_in(self):
        token = None
        for _ in range(10):
            result = init_sec_context(self.target, self.credential, context=self.context, mech=self.mech, flags=FLAGS,
                                      channel_bindings=self.binding, input_token=token)
            self.context, self.used = result.context, result.mech
            if not result.more_steps and not result.token:
                return
            answer, _ = self.post(b"", {"Authorization": self.scheme + " " + base64.b64encode(result.token).decode()})
            said = [value.strip() for value in answer.headers.get_all("WWW-Authenticate", [])]
            token = next((base64.b64decode(v.split(" ", 1)[1]) for v in said if v.startswith(self.scheme + " ")), None)
            if answer.status == 200 and not token and not result.more_steps:
                return
            if answer.status not in (200, 401) or not token:
                raise Refused("status %d" % answer.status)
        raise Refused("too many legs")

    def seal(self, plain):
        if self.used.dotted_form == NTLM.dotted_form:
            sealed = wrap(self.context, plain).message
            token, cipher = sealed[:16], sealed[16:]
        else:
            iov = IOV(IOVBufferType.header, plain, IOVBufferType.padding, std_layout=False)
            wrap_iov(self.context, iov)
            token, cipher = iov[0].value, iov[1].value + (iov[2].value or b"")
        return (
            "--Encrypted Boundary\r\n\tContent-Type: %s\r\n\tOriginalContent: type=%s;Length=%d\r\n"
            "--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n" % (self.protocol, SOAP, len(plain))
        ).encode() + struct.pack("<I", len(token)) + token + cipher + b"--Encrypted Boundary--\r\n"

    def unseal(self, body):
        form = (
            b"\\A--Encrypted Boundary\r\n\tContent-Type: %s\r\n\tOriginalContent: type=application/soap\\+xml;charset=UTF-8;"
            b"Length=([0-9]+)\r\n--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n" % self.protocol.encode()
        )
        match, end = re.match(form, body), b"--Encrypted Boundary--\r\n"
        if not match or not body.endswith(end):
            raise Refused("the answer is framed in another way: %r" % body[:200])
        plain = unwrap(self.context, body[match.end() + 4 : -len(end)]).message
        if len(plain) != int(match.group(1)):
            raise Refused("the answer tells another length")
        return plain

    def ask(self, text):
        body, content_type = text.encode(), SOAP
        if self.args.seal:
            body = self.seal(body)
            content_type = 'multipart/encrypted;protocol="%s";boundary="Encrypted Boundary"' % self.protocol
        answer, body = self.post(body, {"Content-Type": content_type})
        if answer.status == 401 or not body:
            raise Refused("status %d" % answer.status)
        if self.args.seal:
            if answer.getheader("Content-Type") != content_type:
                raise Refused("the answer is no sealed one: %s" % answer.getheader("Content-Type"))
            body = self.unseal(body)
        if answer.status != 200:
            raise Refused("status %d: %s" % (answer.status, body.decode()))
        return body.decode()


def ask(args, password, text):
    try:
        client = Client(args, password)
        client.sign_in()
        for _ in range(args.times):
            yield client.ask(text)
    except (gssapi.raw.GSSError, OSError, http.client.HTTPException) as error:
        raise Refused(str(error)) from error
