"""hvsim under test, callers of each kind, and the run of a test file: every function without parameters in it is a case.

Usage: test_NAME.py HVSIM [CASE...], inside tests/lab/with_kdc.sh."""

import inspect
import json
import os
import subprocess
import sys
import tempfile
import traceback

from credssp import CredSSP
from initiator import (KERBEROS, NTLM, SPNEGO, Connection, Initiator, credential, open_answer, sealed_body, sealed_type, sign_in)

HVSIM = sys.argv[1]
PASSWORD = open(os.environ['LAB_PASSWORD_FILE'], encoding='utf-8').read().strip()
USER = 'LAB\\tester'
TARGET = 'HTTP@hv01.example.test'
IDENTIFY = (b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body><i:Identify '
            b'xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"/></s:Body></s:Envelope>')


class Host:
    """One hvsim of its own; its URLs are those of hv01."""

    def __init__(self, *options):
        # pylint: disable=consider-using-with
        self.directory = tempfile.TemporaryDirectory()
        self.log_path = os.path.join(self.directory.name, 'log')
        self.ca = os.path.join(self.directory.name, 'ca.pem')
        if '--config' not in options:
            options = ('--hosts', 'hv01', *options)
        self.process = subprocess.Popen([HVSIM, '--cert-dir', self.directory.name, '--exit-with-parent',
                                         '--request-log', self.log_path, *options], stdout=subprocess.PIPE)
        self.urls = self.read_urls(options)
        self.https = self.urls[0]
        self.http = self.urls[1] if '--http' in options else None

    def read_urls(self, options):
        urls = []
        for _ in range(self.n_listeners(options)):
            words = self.process.stdout.readline().decode().split()
            assert words and words[0] == 'ready', words
            urls.append(words[2])
        return urls

    @staticmethod
    def n_listeners(options):
        if '--config' not in options:
            return 1 + ('--http' in options)
        with open(options[options.index('--config') + 1], encoding='utf-8') as file:
            text = file.read()
        return text.count('[host ') + text.count('listen = both')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        status = self.process.wait()
        self.process.stdout.close()
        self.directory.cleanup()
        assert status == 0, 'hvsim ended with %d' % status

    def connect(self, plain=False, **options):
        return Connection(self.http) if plain else Connection(self.https, self.ca, **options)

    def log(self):
        with open(self.log_path, encoding='utf-8') as file:
            text = file.read()
        assert PASSWORD not in text
        return [json.loads(line) for line in text.splitlines()]


def kerberos(binding=None, **options):
    return Initiator(KERBEROS, TARGET, credential(KERBEROS), binding, **options)


def ntlm(binding=None, password=None, user=USER):
    return Initiator(NTLM, TARGET, credential(NTLM, user, password or PASSWORD), binding)


def spnego_kerberos(binding=None):
    return Initiator(SPNEGO, TARGET, credential(SPNEGO), binding, only=KERBEROS)


def spnego_ntlm(binding=None, password=None):
    return Initiator(SPNEGO, TARGET, credential(SPNEGO, USER, password or PASSWORD), binding, only=NTLM)


MECHANISMS = {'kerberos': kerberos, 'ntlm': ntlm, 'spnego_kerberos': spnego_kerberos, 'spnego_ntlm': spnego_ntlm}


def is_identified(answer):
    return answer.status == 200 and b'IdentifyResponse' in answer.body


def sealed(host, scheme, mechanism, plain=True):
    """A connection that is signed in."""
    connection = host.connect(plain=plain)
    initiator = mechanism()
    assert sign_in(connection, scheme, initiator).status == 200
    return connection, initiator


def ask(connection, scheme, initiator, text=IDENTIFY, **options):
    answer = connection.post(sealed_body(scheme, initiator, text), content_type=sealed_type(scheme))
    assert answer.status in (200, 500), answer.status
    return open_answer(scheme, initiator, answer, **options)


SEALED = [('Negotiate', kerberos), ('Negotiate', spnego_kerberos), ('Kerberos', kerberos), ('Negotiate', ntlm),
          ('Negotiate', spnego_ntlm)]


def ask_status(connection, initiator):
    return connection.post(sealed_body('Negotiate', initiator, IDENTIFY), content_type=sealed_type('Negotiate')).status


def credssp(host, inner=ntlm, plain=True, who=('LAB', 'tester', None), **options):
    connection = host.connect(plain=plain)
    caller = CredSSP(connection, inner(), **options)
    answer, fields = caller.sign_in(who[0], who[1], who[2] or PASSWORD)
    return caller, answer, fields


def credssp_ask(caller, text=IDENTIFY, kind='multipart/encrypted'):
    answer = caller.connection.post(caller.body(text), content_type=sealed_type('CredSSP', kind))
    assert answer.status in (200, 500), answer.status
    return answer, caller.open(answer)


MUTUAL = 'http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual'


def text_of(operation, url, class_name='Msvm_VirtualSystemMigrationService', body='', keys=''):
    """An envelope; the operation is the end of a WS-Transfer action, or a method of the class."""
    uri = 'http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/' + class_name
    action = 'http://schemas.xmlsoap.org/ws/2004/09/transfer/Get' if operation == 'Get' else uri + '/' + operation
    return ('<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
            'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header><a:To>%s</a:To><w:ResourceURI>%s</w:ResourceURI><a:ReplyTo>'
            '<a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo><a:Action>%s</a:Action>'
            '<a:MessageID>uuid:1</a:MessageID><w:SelectorSet>%s</w:SelectorSet></s:Header><s:Body>%s</s:Body></s:Envelope>'
            % (url, uri, action, keys or '<w:Selector Name="CreationClassName">%s</w:Selector>' % class_name, body)).encode()


def run(names):
    """The cases among NAMES, or those that the command line names, as TAP; the exit status."""
    wanted = sys.argv[2:]
    cases = [case for name, case in names.items()
             if inspect.isfunction(case) and case.__module__ == '__main__' and not inspect.signature(case).parameters and
             (not wanted or name in wanted)]
    failed = 0
    print('1..%d' % len(cases))
    for number, case in enumerate(cases, 1):
        name = case.__name__.replace('_', ' ')
        try:
            case()
            print('ok %d - %s' % (number, name), flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print('not ok %d - %s' % (number, name))
            print('# ' + traceback.format_exc().replace('\n', '\n# '), flush=True)
    return failed != 0
