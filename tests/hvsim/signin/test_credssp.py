"""CredSSP."""

import ssl
import sys
import tempfile

from credssp import CredSSP, ts_credentials, ts_request
from host import IDENTIFY, PASSWORD, Host, credssp, credssp_ask, kerberos, ntlm, spnego_kerberos, spnego_ntlm, run
from initiator import END, sealed_part, sealed_type


def credssp_signs_in_with_each_mechanism_and_tls():
    with Host('--auth', 'credssp', '--http') as host:
        assert host.connect(plain=True).post(IDENTIFY).offers() == ['CredSSP']
        for tls in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            for inner in (ntlm, spnego_ntlm, kerberos, spnego_kerberos):
                for plain in (True, False):
                    caller, answer, _ = credssp(host, inner, plain, tls=tls)
                    assert answer.status == 200 and answer.body == b'' and not answer.offers(), (inner, answer.status, answer.offers())
                    for _ in range(2):
                        answer, text = credssp_ask(caller)
                        assert b'IdentifyResponse' in text and answer.header('content-type') == sealed_type('CredSSP')
                    line = host.log()[-1]
                    assert line['scheme'] == 'credssp' and line['sealed'] and line['delegated'], line
                    assert caller.connection.post(IDENTIFY).status == (500 if plain else 200)


def credssp_speaks_each_version():
    for version in (2, 3, 4, 5, 6):
        with Host('--auth', 'credssp', '--http', '--credssp-version', str(version)) as host:
            for own in (2, 3, 4, 5, 6):
                for inner in (ntlm, spnego_ntlm):
                    caller, answer, _ = credssp(host, inner, version=own)
                    if answer.status != 200 and inner is ntlm and own >= 5 and version < 5:
                        raise AssertionError((version, own))
                    assert answer.status == 200, (version, own, inner)
                    assert b'IdentifyResponse' in credssp_ask(caller)[1]
                    caller.connection.close()


def credssp_checks_the_password_twice():
    error = b'\xc0\x00\x00\x6d'
    for version, has_error in ((2, False), (3, True), (4, True), (5, False), (6, True)):
        with Host('--auth', 'credssp', '--http', '--credssp-version', str(version)) as host:
            wrong = [(lambda: ntlm(password='wrong'), (None, None, None)), (ntlm, ('LAB', 'tester', 'wrong')), (ntlm, ('OTHER', 'tester', None)),
                     (ntlm, ('LAB', 'nobody', None)), (ntlm, ('LAB', '', None))]
            for inner, who in wrong:
                caller, answer, fields = credssp(host, inner, who=(who[0] or 'LAB', who[1] if who[1] is not None else 'tester', who[2]))
                assert answer.status == 401, (version, who, answer.status)
                assert (fields == {0: bytes([version]), 4: error}) if has_error else fields is None, (version, fields)
                assert caller.connection.post(IDENTIFY).status == 401
            lines = [line for line in host.log() if line['sign_in_refusal']]
            assert len(lines) == len(wrong) and all(line['user'] is None for line in lines), lines


def credssp_takes_users_of_all_kinds():
    with tempfile.NamedTemporaryFile('w') as file:
        file.write('local-secret')
        file.flush()
        with Host('--auth', 'credssp', '--http', '--user', 'admin:' + file.name) as host:
            for who, status in ((('', 'tester@LAB.EXAMPLE', None), 200), (('LAB.EXAMPLE', 'tester', None), 200),
                                (('lab.example', 'tester', None), 200), (('lab', 'TESTER', None), 200),
                                (('LAB.EXAMPLE', 'tester', 'wrong'), 401), (('LAB.EXAMPLE', 'locked', None), 401),
                                (('.', 'admin', 'local-secret'), 200), (('', 'admin', 'local-secret'), 200),
                                (('LAB', 'admin', 'local-secret'), 401)):
                assert credssp(host, kerberos, who=who)[1].status == status, who


def credssp_wants_the_key_that_tls_showed():
    for version in (4, 6):
        with Host('--auth', 'credssp', '--http', '--credssp-version', str(version)) as host:
            caller = CredSSP(host.connect(plain=True), ntlm(), version=version)
            caller.handshake()
            _, token = caller.tokens()
            assert caller.prove(token, key=bytes([4]) + bytes(64)) is None and caller.answer.status == 401
            assert caller.connection.post(IDENTIFY).offers() == ['CredSSP']
    with Host('--auth', 'credssp', '--http') as host:
        caller = CredSSP(host.connect(plain=True), ntlm())
        caller.handshake()
        _, token = caller.tokens()
        wrapped = caller.initiator.context.wrap(caller.proof(), True).message
        assert caller.exchange(ts_request(6, nego=token, pub_key_auth=wrapped)) is None, 'no nonce was wanted'


def credssp_refuses_what_is_out_of_turn():
    def first(caller):
        caller.exchange(ts_request(6))

    def early_password(caller):
        _, token = caller.tokens()
        caller.exchange(ts_request(6, nego=token, auth_info=b'abc'))

    def old(caller):
        caller.exchange(ts_request(1, nego=caller.initiator.step()))

    def garbage(caller):
        caller.exchange(b'\x30\x80nonsense')

    def trailing(caller):
        caller.exchange(ts_request(6, nego=caller.initiator.step()) + b'\0')

    def smart_card(caller):
        _, token = caller.tokens()
        caller.prove(token)
        caller.hand_over(ts_credentials('LAB', 'tester', PASSWORD).replace(b'\x02\x01\x01', b'\x02\x01\x02', 1))

    def plain_password(caller):
        _, token = caller.tokens()
        caller.prove(token)
        caller.exchange(ts_request(6, auth_info=ts_credentials('LAB', 'tester', PASSWORD)))

    with Host('--auth', 'credssp', '--http') as host:
        for step in (first, early_password, old, garbage, trailing, smart_card, plain_password):
            caller = CredSSP(host.connect(plain=True), ntlm())
            caller.handshake()
            step(caller)
            assert caller.answer.status == 401 and caller.answer.offers() == ['CredSSP'], (step, caller.answer.offers())
            _, answer, _ = credssp(host)
            assert answer.status == 200
        for token in (b'nonsense', bytes(100)):
            assert host.connect(plain=True).token('CredSSP', token).offers() == ['CredSSP']


def credssp_messages_come_in_chunks():
    several = 'multipart/x-multi-encrypted'
    with Host('--auth', 'credssp', '--http') as host:
        caller, _, _ = credssp(host)
        long = IDENTIFY + b' ' * 100000
        assert b'IdentifyResponse' in credssp_ask(caller, long, several)[1]
        full = IDENTIFY + b' ' * (16384 - len(IDENTIFY))
        assert b'IdentifyResponse' in credssp_ask(caller, full)[1]
        # An answer that does not fit into one chunk.
        answer, text = credssp_ask(caller, enumeration(host.http))
        assert len(text) > 16384 and text.endswith(b'</s:Envelope>'), len(text)
        assert answer.header('content-type') == sealed_type('CredSSP', several)
        for body, kind in ((caller.body(full + b' ', 20000), 'multipart/encrypted'), ):
            assert caller.connection.post(body, content_type=sealed_type('CredSSP', kind)).status == 400
        caller, _, _ = credssp(host)
        trailer, cipher = caller.seal(IDENTIFY)
        wrong = sealed_part('CredSSP', trailer + 1, cipher, len(IDENTIFY)) + END
        assert caller.connection.post(wrong, content_type=sealed_type('CredSSP')).status == 400
        caller, _, _ = credssp(host)
        trailer, cipher = caller.seal(IDENTIFY)
        cut = sealed_part('CredSSP', trailer, cipher[:-1], len(IDENTIFY)) + END
        assert caller.connection.post(cut, content_type=sealed_type('CredSSP')).status == 400


def enumeration(url):
    """Of all settings of a host, in one answer."""
    uri = 'http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/'
    addressing, wsman = 'http://schemas.xmlsoap.org/ws/2004/08/addressing', 'http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd'
    return ('<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="%s" xmlns:w="%s" xmlns:n="http://schemas.xmlsoap.org/ws/'
            '2004/09/enumeration"><s:Header><a:To>%s</a:To><w:ResourceURI>%sCIM_ResourceAllocationSettingData</w:ResourceURI><a:ReplyTo>'
            '<a:Address>%s/role/anonymous</a:Address></a:ReplyTo><a:Action>http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate'
            '</a:Action><a:MessageID>uuid:1</a:MessageID></s:Header><s:Body><n:Enumerate><w:OptimizeEnumeration/>'
            '<w:MaxElements>1000</w:MaxElements></n:Enumerate></s:Body></s:Envelope>' % (addressing, wsman, url, uri, addressing)).encode()


if __name__ == '__main__':
    sys.exit(run(globals()))
