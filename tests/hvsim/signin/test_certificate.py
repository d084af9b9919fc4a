"""Callers with certificates."""

import hashlib
import ipaddress
import os
import sys
import tempfile

from certificates import Authority
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID
from host import IDENTIFY, MUTUAL, Host, ntlm, text_of, run
from initiator import sign_in


def certificates_stand_for_users():
    with tempfile.TemporaryDirectory() as directory:
        authority, stranger = Authority('lab'), Authority('stranger')
        ca = os.path.join(directory, 'ca.pem')
        authority.write(ca)
        paths = {name: os.path.join(directory, name) for name in ('good', 'other', 'unknown', 'ended', 'server', 'any', 'nameless')}
        authority.issue_client(paths['good'], 'alice@example.test')
        authority.issue_client(paths['other'], 'bob@elsewhere.test')
        stranger.issue_client(paths['unknown'], 'alice@example.test')
        authority.issue_client(paths['ended'], 'alice@example.test', ended=True)
        authority.issue_client(paths['server'], 'alice@example.test', ExtendedKeyUsageOID.SERVER_AUTH)
        authority.issue_client(paths['any'], 'alice@example.test', None)
        authority.issue_client(paths['nameless'], None)
        with Host('--auth', 'certificate,basic', '--user', 'admin:' + os.environ['LAB_PASSWORD_FILE'], '--client-ca', ca, '--http',
                  '--certmapping', 'user=cert-user,subject=*@example.test,issuer=' + authority.thumbprint()) as host:
            for name, status in (('good', 200), ('other', 500), ('nameless', 500), ('unknown', 403), ('ended', 403), ('server', 403),
                                 ('any', 403), (None, 403)):
                connection = host.connect(certificate=name and paths[name])
                answer = connection.post(IDENTIFY, MUTUAL)
                assert answer.status == status, (name, answer.status, answer.body)
                assert status != 500 or b'AccessDenied' in answer.body
                line = host.log()[-1]
                assert line['user'] == ('cert-user' if status == 200 else None), line
                assert (line['sign_in_refusal'] is None) == (status == 200), line
                # It counts for the request that says so.
                assert connection.post(IDENTIFY).offers() == ['Basic realm="WSMAN"']
                connection.close()
            assert host.connect(plain=True).post(IDENTIFY, MUTUAL).status == 401
        with Host('--user', 'admin:' + os.environ['LAB_PASSWORD_FILE'], '--client-ca', ca) as host:
            assert host.connect(certificate=paths['good']).post(IDENTIFY, MUTUAL).status == 401


def the_closest_mapping_counts():
    wmi = 'http://schemas.microsoft.com/wbem/wsman/1/wmi/'
    rows = {'only': (['user=one'], 'one'),
            'longest subject': (['user=one', 'user=two,subject=*@example.test', 'user=three,subject=alice@example.test,uri=x'], 'two'),
            'longest uri': (['user=one,uri=' + wmi + '*', 'user=two,uri=' + wmi + 'root/virtualization/*', 'user=three'], 'two'),
            'two alike': (['user=one', 'user=two'], None), 'other issuer': (['user=one,issuer=' + 40 * '0'], None),
            'other resource': (['user=one,uri=' + wmi + 'root/cimv2/*'], None), 'none': ([], None)}
    with tempfile.TemporaryDirectory() as directory:
        authority = Authority('lab')
        ca, good = os.path.join(directory, 'ca.pem'), os.path.join(directory, 'good')
        authority.write(ca)
        authority.issue_client(good, 'alice@example.test')
        for name, (specs, user) in rows.items():
            options = [option for spec in specs for option in ('--certmapping', spec)]
            with Host('--auth', 'certificate', '--client-ca', ca, *options) as host:
                answer = host.connect(certificate=good).post(text_of('Get', host.https), MUTUAL)
                assert answer.status == (200 if user else 500), (name, answer.status, answer.body)
                line = host.log()[-1]
                assert line['user'] == user and line['scheme'] == ('certificate' if user else None), line


def the_certificate_of_the_host_can_be_given():
    with tempfile.TemporaryDirectory() as directory:
        authority = Authority('lab', hashes.SHA384())
        ca, pem = os.path.join(directory, 'ca.pem'), os.path.join(directory, 'server')
        authority.write(ca)
        authority.issue(pem, [x509.IPAddress(ipaddress.ip_address('127.0.0.1'))], ExtendedKeyUsageOID.SERVER_AUTH)
        with Host('--auth', 'negotiate', '--cbt', 'strict', '--cert', pem, '--key', pem) as host:
            host.ca = ca
            connection = host.connect()
            assert sign_in(connection, 'Negotiate', ntlm(connection.binding)).status == 401
            connection = host.connect()
            der = connection.socket.getpeercert(binary_form=True)
            right = b'tls-server-end-point:' + hashlib.sha384(der).digest()
            assert sign_in(connection, 'Negotiate', ntlm(right)).status == 200


if __name__ == '__main__':
    sys.exit(run(globals()))
