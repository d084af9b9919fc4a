#!/usr/bin/python3
"""Signs in with clients that are not ours and asks Identify. Prints the answer, or the reason of a refusal with exit status 1.

foreign_client.py HOW URL [--user NAME] [--password-file FILE] [--ca FILE] [--seal] [--no-binding | --wrong-binding] [--times N]

HOW is ntlm or kerberos, by python3-winrm, whose NTLM, HTTP and framing share nothing with ours; or gss-krb5, gss-ntlm, gss-spnego
or gss-kerberos (the scheme Kerberos), by http.client and python3-gssapi, since python3-kerberos knows no channel binding.

Kerberos sealing of python3-winrm is done by the class below: python3-kerberos lacks the two functions for it, but has gss_wrap_iov.
The result of authGSSClientWrapIov is the length of the header, little endian, the header and the ciphertext.
"""

import argparse
import base64
import os
import socket
import struct
import sys
import warnings

warnings.simplefilter("ignore")

import kerberos  # noqa: E402
import requests  # noqa: E402
import requests_kerberos  # noqa: E402
import winrm.transport  # noqa: E402
from winrm.exceptions import WinRMError, WinRMTransportError  # noqa: E402

import foreign_gss  # noqa: E402

IDENTIFY = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"><s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>"""


resolve = socket.getaddrinfo


def resolve_here(host, *args, **options):
    """RFC 6761 6.3: localhost and names below are this machine, whatever the resolver knows. libcurl does the same."""
    return resolve("127.0.0.1" if ("." + str(host)).endswith(".localhost") else host, *args, **options)


class SealingKerberos(requests_kerberos.HTTPKerberosAuth):
    # The class above sets it to what python3-kerberos can do by itself.
    winrm_encryption_available = property(lambda self: True, lambda self, value: None)

    def wrap_winrm(self, host, message):
        context = self.context[host]
        kerberos.authGSSClientWrapIov(context, base64.b64encode(message).decode(), 1)
        both = base64.b64decode(kerberos.authGSSClientResponse(context))
        (n_header,) = struct.unpack_from("<I", both)
        return both[4 + n_header :], both[4 : 4 + n_header]

    def unwrap_winrm(self, host, message, signature):
        context = self.context[host]
        both = struct.pack("<I", len(signature)) + signature + message
        kerberos.authGSSClientUnwrapIov(context, base64.b64encode(both).decode())
        return base64.b64decode(kerberos.authGSSClientResponse(context))


def by_winrm(args, password):
    winrm.transport.HTTPKerberosAuth = SealingKerberos
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        os.environ.pop(name, None)
    transport = winrm.transport.Transport(
        args.url, username=args.user, password=password, auth_method=args.how, service="HTTP", ca_trust_path=args.ca,
        message_encryption="always" if args.seal else "never", send_cbt=not args.no_binding, read_timeout_sec=60)
    for _ in range(args.times):
        answer = transport.send_message(IDENTIFY)
        yield answer.decode() if isinstance(answer, bytes) else answer


def main():
    socket.getaddrinfo = resolve_here
    parser = argparse.ArgumentParser()
    parser.add_argument("how", choices=["ntlm", "kerberos", "gss-krb5", "gss-ntlm", "gss-spnego", "gss-kerberos"])
    parser.add_argument("url")
    for name in ("--user", "--password-file", "--ca"):
        parser.add_argument(name)
    for name in ("--seal", "--no-binding", "--wrong-binding"):
        parser.add_argument(name, action="store_true")
    parser.add_argument("--times", type=int, default=1)
    args = parser.parse_args()
    password = None
    if args.password_file:
        with open(args.password_file, encoding="utf-8") as file:
            password = file.read().rstrip("\n")
    try:
        for answer in foreign_gss.ask(args, password, IDENTIFY) if args.how.startswith("gss-") else by_winrm(args, password):
            print(answer)
    except (WinRMError, WinRMTransportError, requests.exceptions.RequestException, foreign_gss.Refused,
            requests_kerberos.exceptions.MutualAuthenticationError) as error:
        print("%s: %s" % (type(error).__name__, error), file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
