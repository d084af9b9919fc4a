#!/usr/bin/python3
"""A WS-Management service that shares no code with ours: HTTP by hand, sign-in and sealing by python3-gssapi, TLS by Python.

It answers Identify; whatever else is asked gets a fault. wsman.md 6.2 to 6.6 say what the wire looks like: MS-WSMV 2.2.9.1 and 4.5.
Prints "ready URL" once it listens on a port that the kernel gave. One line of JSON for each request goes to --log.

--schemes LIST     what WWW-Authenticate offers, in that order: Negotiate, Kerberos; CredSSP with --inner-cert and --inner-key, for the
                   TLS within, --inner-tls 1.2 or 1.3 and --credssp-version 2 to 6
--mechs LIST       what is accepted inside: krb5, ntlm; both by default
--cert, --key      speak TLS
--cbt HOW          none, relaxed (a binding that is sent must fit) or strict (one must be sent); wants TLS
--quirk NAME       spaces: "-- Encrypted Boundary", as some services write; case: header names of parts in lower case;
                   pieces: an answer leaves in pieces of seven bytes; fault: every answer is a fault; plain: faults are not sealed;
                   long: the vendor is 40000 letters; no-tickets: the TLS within ends without a word of the service; false-proof: the
                   service proves another key; ec16: Kerberos messages have 16 bytes of filler, as Windows writes them (needs AES with SHA-1)
"""

import argparse
import base64
import hashlib
import json
import re
import socket
import ssl
import struct
import threading

import gssapi
from gssapi.raw import (ChannelBindings, IOV, IOVBufferType, OID, accept_sec_context, acquire_cred, unwrap, wrap, wrap_iov)

import foreign_credssp
import krb5_token

MECHS = {"krb5": OID.from_int_seq("1.2.840.113554.1.2.2"), "ntlm": OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")}
SPNEGO = OID.from_int_seq("1.3.6.1.5.5.2")
PROTOCOLS = {"Negotiate": "application/HTTP-SPNEGO-session-encrypted", "Kerberos": "application/HTTP-Kerberos-session-encrypted"}
SOAP = "application/soap+xml;charset=UTF-8"
ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body>%s</s:Body></s:Envelope>'
)
IDENTIFY = ENVELOPE % (
    '<i:IdentifyResponse xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
    "<i:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</i:ProtocolVersion>"
    "<i:ProductVendor>%s</i:ProductVendor><i:ProductVersion>1.0</i:ProductVersion></i:IdentifyResponse>"
)
FAULT = ENVELOPE % (
    "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value "
    'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">w:InternalError</s:Value></s:Subcode></s:Code>'
    '<s:Reason><s:Text xml:lang="en-US">said by the foreign service</s:Text></s:Reason></s:Fault>'
)


class Refused(Exception):
    """The peer wrote what must not be; the connection ends with this status."""


def end_point_binding(path):
    """RFC 5929: the hash is that of the certificate's signature, SHA-256 in place of MD5 and SHA-1."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    with open(path, "rb") as file:
        certificate = x509.load_pem_x509_certificate(file.read())
    name = certificate.signature_hash_algorithm.name
    digest = hashlib.new("sha256" if name in ("md5", "sha1") else name, certificate.public_bytes(Encoding.DER)).digest()
    return ChannelBindings(application_data=b"tls-server-end-point:" + digest)


class Connection:
    """One connection with the sign-in that belongs to it."""

    def __init__(self, service, sock):
        self.service = service
        self.sock = sock
        self.stream = sock.makefile("rb")
        self.scheme = None
        self.context = None
        self.done = False
        self.legs = 0

    # ---- HTTP ----

    def read_request(self):
        line = self.stream.readline()
        if not line:
            return None
        headers = {}
        while True:
            field = self.stream.readline().decode("latin-1").rstrip("\r\n")
            if not field:
                break
            name, value = field.split(":", 1)
            headers[name.strip().lower()] = value.strip()
        if "content-length" not in headers:
            raise Refused("411 Length Required")
        return line.decode("latin-1").split()[0], headers, self.stream.read(int(headers["content-length"]))

    def answer(self, status, fields=(), body=b"", content_type=None):
        head = ["HTTP/1.1 " + status, "Server: Foreign/1.0", "Content-Length: %d" % len(body)]
        head += ["%s: %s" % field for field in fields]
        if content_type:
            head.append("Content-Type: " + content_type)
        data = ("\r\n".join(head) + "\r\n\r\n").encode("latin-1") + body
        step = 7 if "pieces" in self.service.quirks else len(data)
        for at in range(0, len(data), step):
            self.sock.sendall(data[at : at + step])

    def offer(self):
        self.answer("401 Unauthorized", [("WWW-Authenticate", name) for name in self.service.schemes])

    # ---- sign-in ----

    def sign_in(self, scheme, token):
        """One leg. True when the peer is signed in; otherwise it has been answered."""
        if self.done or scheme != self.scheme:
            self.context, self.done, self.legs, self.scheme = None, False, 0, scheme
        self.legs += 1
        try:
            result = accept_sec_context(token, acceptor_creds=self.service.credential, context=self.context,
                                        channel_bindings=self.service.binding)
        except gssapi.raw.GSSError as error:
            self.note["refused"] = str(error)
            self.context = None
            answer = getattr(error, "token", None)
            if answer:
                self.answer("401 Unauthorized", [("WWW-Authenticate", scheme + " " + base64.b64encode(answer).decode())])
            else:
                self.offer()
            return False
        self.context = result.context
        self.token = [("WWW-Authenticate", scheme + " " + base64.b64encode(result.token).decode())] if result.token else []
        if result.more_steps:
            self.answer("401 Unauthorized", self.token)
            return False
        return self.admit(result)

    def sign_in_credssp(self, token):
        if self.done or self.scheme != "CredSSP":
            self.context, self.done, self.legs, self.scheme = None, False, 0, "CredSSP"
            self.credssp = foreign_credssp.CredSSP(self.service, {oid.dotted_form: name for name, oid in MECHS.items()})
        self.legs += 1
        try:
            answer = self.credssp.step(token)
        except (foreign_credssp.Broken, ssl.SSLError, KeyError, gssapi.raw.GSSError) as error:
            self.note["refused"] = repr(error)
            self.scheme = None
            self.offer()
            return False
        self.token = [("WWW-Authenticate", ("CredSSP " + base64.b64encode(answer).decode()).strip())]
        if not self.credssp.done:
            self.answer("401 Unauthorized", self.token)
            return False
        self.done, self.bound, self.delegated = True, False, self.credssp.password == self.service.password
        self.user, self.mech = self.credssp.user, self.credssp.mech
        self.note["given"] = self.credssp.given
        self.token = []
        return True

    def admit(self, result):
        # Not gss_inquire_context: python3-gssapi dies of what gss-ntlmssp leaves out there.
        self.mech = {oid.dotted_form: name for name, oid in MECHS.items()}[result.mech.dotted_form]
        self.user = str(gssapi.Name(result.initiator_name)).rstrip("\0")  # gss-ntlmssp counts the end
        self.bound = gssapi.RequirementFlag.channel_bound in result.flags
        self.delegated = result.delegated_creds is not None
        if scheme_refuses(self.scheme, self.mech) or self.mech not in self.service.mechs:
            self.note["refused"] = "mechanism"
        elif self.service.args.cbt == "strict" and not self.bound:
            self.note["refused"] = "no channel binding"
        else:
            self.done = True
            return True
        self.context = None
        self.offer()
        return False

    # ---- sealing ----

    def unseal(self, headers, body):
        if self.scheme == "CredSSP":
            return self.credssp.unseal(headers, body)
        protocol = PROTOCOLS[self.scheme]
        wanted = 'multipart/encrypted;protocol="%s";boundary="Encrypted Boundary"' % protocol
        if headers.get("content-type") != wanted:
            raise Refused("415 Unsupported Media Type")
        form = (
            b"\\A--Encrypted Boundary\r\n\tContent-Type: %s\r\n"
            b"\tOriginalContent: type=application/soap\\+xml;charset=UTF-8;Length=([0-9]+)\r\n"
            b"--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
        ) % protocol.encode()
        match = re.match(form, body)
        closing = b"--Encrypted Boundary--\r\n"
        if not match or not body.endswith(closing):
            raise Refused("400 Bad Request")
        sealed = body[match.end() : -len(closing)]
        (n_token,) = struct.unpack_from("<I", sealed)
        # What the token is long: NTLM's signature; the header, checksum and confounder of a Kerberos message.
        if n_token != (16 if self.mech == "ntlm" else 60):
            raise Refused("400 Bad Request")
        result = unwrap(self.context, sealed[4:])
        if len(result.message) != int(match.group(1)) or not result.encrypted:
            raise Refused("400 Bad Request")
        return result.message

    def seal_parts(self, plain):
        if self.mech == "ntlm":
            sealed = wrap(self.context, plain).message
            return sealed[:16], sealed[16:]
        if "ec16" in self.service.quirks:
            self.sent = getattr(self, "sent", None)
            token, cipher, self.sent = krb5_token.seal(self.context, plain, self.sent)
            return token, cipher
        iov = IOV(IOVBufferType.header, plain, IOVBufferType.padding, std_layout=False)
        wrap_iov(self.context, iov)
        return iov[0].value, iov[1].value + (iov[2].value or b"")

    def seal(self, plain):
        if self.scheme == "CredSSP":
            return self.credssp.seal(plain)
        protocol = PROTOCOLS[self.scheme]
        token, cipher = self.seal_parts(plain)
        dashes = b"-- " if "spaces" in self.service.quirks else b"--"
        part, original = b"Content-Type", b"OriginalContent"
        if "case" in self.service.quirks:
            part, original = part.lower(), original.lower()
        body = (
            dashes + b"Encrypted Boundary\r\n\t" + part + b": " + protocol.encode() + b"\r\n\t" + original
            + b": type=application/soap+xml;charset=UTF-8;Length=%d\r\n" % len(plain)
            + dashes + b"Encrypted Boundary\r\n\t" + part + b": application/octet-stream\r\n"
            + struct.pack("<I", len(token)) + token + cipher + dashes + b"Encrypted Boundary--\r\n"
        )
        return body, 'multipart/encrypted;protocol="%s";boundary="Encrypted Boundary"' % protocol

    # ---- one request ----

    def serve_body(self, headers, body):
        sealed = headers.get("content-type", "").startswith("multipart/")
        if not sealed and not self.service.args.cert:
            # As WinRM with AllowUnencrypted=false: no text, only this status.
            return self.answer("500 Internal Server Error", self.token)
        plain = self.unseal(headers, body) if sealed else body
        self.note.update(sealed=sealed, n_plain=len(plain), identify=b"identity/1/wsmanidentity.xsd" in plain)
        fault = "fault" in self.service.quirks or not self.note["identify"]
        text = (FAULT if fault else IDENTIFY % self.service.vendor).encode()
        content_type = SOAP
        if sealed and not (fault and "plain" in self.service.quirks):
            text, content_type = self.seal(text)
        self.answer("500 Internal Server Error" if fault else "200 OK", self.token, text, content_type)

    def serve_one(self, method, headers, body):
        self.note = {"method": method, "n_body": len(body), "scheme": None}
        self.token = []
        scheme, _, token = headers.get("authorization", "").partition(" ")
        self.note["scheme"] = scheme or None
        if method != "POST":
            return self.answer("405 Method Not Allowed")
        if scheme:
            if scheme not in self.service.schemes:
                return self.offer()
            token = base64.b64decode(token.strip(), validate=True)
            if not (self.sign_in_credssp(token) if scheme == "CredSSP" else self.sign_in(scheme, token)):
                return None
        elif not self.done:
            return self.offer()
        self.note.update(user=self.user, mech=self.mech, bound=self.bound, legs=self.legs, delegated=self.delegated)
        if not body:
            return self.answer("200 OK", self.token)
        return self.serve_body(headers, body)

    def run(self):
        try:
            while True:
                request = self.read_request()
                if request is None:
                    return
                try:
                    self.serve_one(*request)
                finally:
                    self.service.log(self.note)
        except (Refused, foreign_credssp.Broken) as reason:
            self.service.log({"refused": str(reason)})
            self.answer(str(reason) if isinstance(reason, Refused) else "400 Bad Request")
        except (OSError, ValueError, struct.error, gssapi.raw.GSSError) as error:
            self.service.log({"broken": repr(error)})
        finally:
            self.stream.close()
            self.sock.close()


def scheme_refuses(scheme, mech):
    return scheme == "Kerberos" and mech != "krb5"


class Service:
    def __init__(self, args):
        self.args = args
        self.schemes = args.schemes.split(",")
        self.mechs = args.mechs.split(",")
        self.quirks = args.quirk
        self.vendor = "V" * 40000 if "long" in args.quirk else args.vendor
        self.password = None
        if args.password_file:
            with open(args.password_file, encoding="utf-8") as file:
                self.password = file.read().rstrip("\n")
        self.binding = end_point_binding(args.cert) if args.cert and args.cbt != "none" else None
        oids = [MECHS[name] for name in self.mechs] + ([SPNEGO] if {"Negotiate", "CredSSP"} & set(self.schemes) else [])
        self.credential = acquire_cred(None, mechs=oids, usage="accept").creds
        self.lock = threading.Lock()
        self.file = open(args.log, "a", encoding="utf-8") if args.log else None

    def log(self, note):
        if self.file:
            with self.lock:
                self.file.write(json.dumps(note) + "\n")
                self.file.flush()

    def handle(self, sock, tls):
        sock.settimeout(120)
        if tls:
            try:
                sock = tls.wrap_socket(sock, server_side=True)
            except (OSError, ValueError) as error:
                self.log({"tls": str(error)})
                sock.close()
                return
        Connection(self, sock).run()

    def run(self):
        tls = None
        if self.args.cert:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(self.args.cert, self.args.key)
        with socket.create_server((self.args.address, 0)) as listener:
            print("ready %s://%s:%d/wsman" % ("https" if tls else "http", self.args.host, listener.getsockname()[1]), flush=True)
            while True:
                sock, _ = listener.accept()
                threading.Thread(target=self.handle, args=(sock, tls), daemon=True).start()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--schemes", default="Negotiate,Kerberos")
    parser.add_argument("--mechs", default="krb5,ntlm")
    parser.add_argument("--cbt", default="relaxed", choices=["none", "relaxed", "strict"])
    parser.add_argument("--vendor", default="Foreign")
    parser.add_argument("--quirk", action="append", default=[])
    parser.add_argument("--inner-tls", default="1.3", choices=["1.2", "1.3"])
    parser.add_argument("--credssp-version", type=int, default=6)
    for name in ("--cert", "--key", "--inner-cert", "--inner-key", "--password-file", "--log"):
        parser.add_argument(name)
    Service(parser.parse_args()).run()


if __name__ == "__main__":
    main()
