"""Negotiate and Kerberos, as schemes of HTTP."""

import os
import subprocess
import sys
import tempfile

import gssapi
from host import IDENTIFY, MECHANISMS, PASSWORD, TARGET, Host, ask, is_identified, kerberos, ntlm, spnego_kerberos, spnego_ntlm, run
from initiator import KERBEROS, SPNEGO, Initiator, credential, sign_in


# ---- Negotiate and Kerberos over TLS ----

def each_mechanism_signs_the_connection_in():
    with Host('--auth', 'negotiate') as host:
        for name, mechanism in MECHANISMS.items():
            connection = host.connect()
            initiator = mechanism(connection.binding)
            answer = sign_in(connection, 'Negotiate', initiator)
            assert answer.status == 200 and answer.body == b'', (name, answer.status)
            assert initiator.context.complete, name
            assert is_identified(connection.post(IDENTIFY)), name
            assert is_identified(connection.post(IDENTIFY)), name
            line = host.log()[-1]
            assert line['operation'] == 'Identify' and line['bound'] is True and line['sealed'] is False, line
            assert line['user'] == ('tester@LAB.EXAMPLE' if 'kerberos' in name else 'LAB\\tester'), line
            assert line['scheme'] == ('kerberos' if 'kerberos' in name else 'ntlm'), line
            connection.close()


def the_scheme_kerberos_takes_raw_tickets_only():
    with Host('--auth', 'kerberos') as host:
        connection = host.connect()
        assert connection.post(IDENTIFY).offers() == ['Kerberos']
        assert sign_in(connection, 'Kerberos', kerberos()).status == 200
        assert is_identified(connection.post(IDENTIFY))
        for mechanism in (ntlm, spnego_kerberos, spnego_ntlm):
            assert sign_in(host.connect(), 'Kerberos', mechanism()).status == 401
        assert sign_in(host.connect(), 'Negotiate', kerberos()).status == 401


def ntlm_alone_takes_no_ticket():
    with Host('--auth', 'ntlm') as host:
        assert host.connect().post(IDENTIFY).offers() == ['Negotiate']
        for mechanism in (ntlm, spnego_ntlm):
            assert sign_in(host.connect(), 'Negotiate', mechanism()).status == 200
        assert sign_in(host.connect(), 'Negotiate', kerberos()).status == 401
        connection = host.connect()
        initiator = spnego_kerberos()
        answer = connection.token('Negotiate', initiator.step())
        assert answer.status == 401, answer.status
        assert sign_in(connection, 'Negotiate', spnego_ntlm()).status == 200


def a_caller_who_prefers_kerberos_may_fall_back_to_ntlm():
    with Host('--auth', 'ntlm', '--http') as host:
        for plain in (True, False):
            connection = host.connect(plain=plain)
            initiator = Initiator(SPNEGO, TARGET, credential(SPNEGO, 'tester', PASSWORD), connection.binding)
            assert sign_in(connection, 'Negotiate', initiator).status == 200
            line = host.log()[-1]
            assert line['scheme'] == 'ntlm' and line['leg'] == 3, line
            assert b'IdentifyResponse' in ask(connection, 'Negotiate', initiator)


def what_is_offered_is_as_asked_for():
    with Host('--auth', 'basic,negotiate,kerberos,credssp', '--http') as host:
        answer = host.connect().post(IDENTIFY)
        assert answer.status == 401 and answer.body == b''
        assert answer.offers() == ['Negotiate', 'Kerberos', 'Basic realm="WSMAN"', 'CredSSP'], answer.offers()
        assert host.connect(plain=True).post(IDENTIFY).offers() == ['Negotiate', 'Kerberos', 'CredSSP']


def a_new_connection_is_nobody():
    with Host('--auth', 'negotiate') as host:
        connection = host.connect()
        assert sign_in(connection, 'Negotiate', ntlm()).status == 200
        assert host.connect().post(IDENTIFY).status == 401
        assert is_identified(connection.post(IDENTIFY))


def a_body_may_come_with_the_first_leg():
    with Host('--auth', 'negotiate') as host:
        # Without an answer before the handshake is done; the last leg brings one.
        connection = host.connect()
        answer = sign_in(connection, 'Negotiate', kerberos(), IDENTIFY)
        assert is_identified(answer) and answer.token('Negotiate')
        connection = host.connect()
        answer = sign_in(connection, 'Negotiate', ntlm(), IDENTIFY)
        assert answer.status == 200 and answer.body == b''


def wrong_passwords_and_strangers_are_refused_without_a_token():
    with Host('--auth', 'negotiate') as host:
        for initiator in (ntlm(password='wrong'), ntlm(user='LAB\\nobody'), ntlm(user='OTHER\\tester')):
            connection = host.connect()
            answer = sign_in(connection, 'Negotiate', initiator)
            assert answer.status == 401 and answer.offers() == ['Negotiate'], answer.offers()
            assert connection.post(IDENTIFY).status == 401
            # The connection is as good as new.
            assert sign_in(connection, 'Negotiate', ntlm()).status == 200
            assert is_identified(connection.post(IDENTIFY))
        answer = sign_in(host.connect(), 'Negotiate', spnego_ntlm(password='wrong'))
        assert answer.status == 401 and answer.offers() == ['Negotiate']
        lines = [line for line in host.log() if line['sign_in_refusal']]
        assert len(lines) == 4 and all(line['user'] is None and line['leg'] == 2 for line in lines), lines


def tickets_for_others_are_refused():
    with Host('--auth', 'negotiate,kerberos') as host:
        for target in ('HTTP@hv02.example.test', 'HTTP@keyless.localhost'):
            initiator = Initiator(KERBEROS, target, credential(KERBEROS))
            answer = sign_in(host.connect(), 'Kerberos', initiator)
            assert answer.status == 401 and answer.offers() == ['Negotiate', 'Kerberos'], answer.offers()
        for target in ('WSMAN@hv01.example.test', 'HTTP@localhost', 'HTTP@hv01.localhost'):
            assert sign_in(host.connect(), 'Kerberos', Initiator(KERBEROS, target, credential(KERBEROS))).status == 200, target


def a_refusal_can_tell_why():
    with Host('--auth', 'kerberos', '--error-tokens') as host:
        initiator = Initiator(KERBEROS, 'HTTP@keyless.localhost', credential(KERBEROS))
        answer = host.connect().token('Kerberos', initiator.step())
        assert answer.status == 401 and answer.token('Kerberos')
        try:
            initiator.step(answer.token('Kerberos'))
            raise AssertionError('the error was taken')
        except gssapi.exceptions.GSSError as error:
            assert 'ticket isn' in str(error), error


def replayed_tickets_are_refused():
    with tempfile.TemporaryDirectory() as directory:
        environment = os.environ.get('KRB5RCACHENAME')
        os.environ['KRB5RCACHENAME'] = 'file2:' + os.path.join(directory, 'replay')
        try:
            with Host('--auth', 'kerberos') as host:
                token = kerberos().step()
                assert host.connect().token('Kerberos', token).status == 200
                answer = host.connect().token('Kerberos', token)
                assert answer.status == 401 and answer.token('Kerberos') is None
                assert 'replay' in host.log()[-1]['sign_in_refusal'], host.log()[-1]
        finally:
            os.environ.pop('KRB5RCACHENAME')
            if environment is not None:
                os.environ['KRB5RCACHENAME'] = environment


def malformed_tokens_are_refused():
    with Host('--auth', 'negotiate,kerberos') as host:
        connection = host.connect()
        for value in ('Negotiate', 'Negotiate ', 'Negotiate !!!!', 'Negotiate AAA', 'Negotiate AAAA', 'Negotiate YIIB', 'Kerberos AAAA',
                      'Negotiate TlRMTVNTUAABAAAA', 'Nonsense AAAA', 'CredSSP AAAA', 'Basic dGVzdGVyOng='):
            answer = connection.post(IDENTIFY, value)
            assert answer.status == 401 and answer.offers() == ['Negotiate', 'Kerberos'], (value, answer.status, answer.offers())
        # The third message of NTLM without the first, and the first twice.
        first = ntlm()
        assert connection.token('Negotiate', first.step()).status == 401
        assert connection.token('Negotiate', ntlm().step()).offers() == ['Negotiate', 'Kerberos']
        assert sign_in(connection, 'Negotiate', ntlm()).status == 200


def a_request_in_between_ends_the_handshake():
    with Host('--auth', 'negotiate') as host:
        connection = host.connect()
        initiator = ntlm()
        answer = connection.token('Negotiate', initiator.step())
        third = initiator.step(answer.token('Negotiate'))
        assert connection.post(IDENTIFY).offers() == ['Negotiate']
        assert connection.token('Negotiate', third).status == 401


def a_new_handshake_replaces_the_old_one():
    with Host('--auth', 'negotiate') as host:
        connection = host.connect()
        assert sign_in(connection, 'Negotiate', ntlm()).status == 200
        assert sign_in(connection, 'Negotiate', kerberos()).status == 200
        assert is_identified(connection.post(IDENTIFY))
        assert host.log()[-1]['scheme'] == 'kerberos'
        assert sign_in(connection, 'Negotiate', ntlm(password='wrong')).status == 401
        assert connection.post(IDENTIFY).status == 401


def forwarded_tickets_are_noticed():
    with Host('--auth', 'negotiate') as host:
        flags = gssapi.RequirementFlag.delegate_to_peer | gssapi.RequirementFlag.mutual_authentication
        for initiator, is_delegated in ((kerberos(flags=flags), True), (kerberos(), False), (ntlm(), False)):
            connection = host.connect()
            assert sign_in(connection, 'Negotiate', initiator).status == 200
            assert is_identified(connection.post(IDENTIFY))
            assert host.log()[-1]['delegated'] is is_delegated, host.log()[-1]


# ---- channel binding ----

def channel_binding_is_held_against_the_certificate():
    wrong = b'tls-server-end-point:' + bytes(32)
    wanted = {'none': {'right': 200, 'none': 200, 'wrong': 200}, 'relaxed': {'right': 200, 'none': 200, 'wrong': 401},
              'strict': {'right': 200, 'none': 401, 'wrong': 401}}
    for level, results in wanted.items():
        with Host('--auth', 'negotiate,kerberos', '--cbt', level) as host:
            for name, mechanism in MECHANISMS.items():
                for which, status in results.items():
                    connection = host.connect()
                    binding = {'right': connection.binding, 'none': None, 'wrong': wrong}[which]
                    answer = sign_in(connection, 'Negotiate', mechanism(binding))
                    assert answer.status == status, (level, name, which, answer.status)
                    line = host.log()[-1]
                    assert line['bound'] is (status == 200 and which == 'right' and level != 'none'), line
                    connection.close()


def without_tls_there_is_nothing_to_bind_to():
    with Host('--auth', 'negotiate', '--cbt', 'strict', '--http') as host:
        for name, mechanism in MECHANISMS.items():
            answer = sign_in(host.connect(plain=True), 'Negotiate', mechanism())
            assert answer.status == 200, (name, answer.status)


# ---- what is not sealed ----

def plain_messages_over_http_are_refused():
    with Host('--auth', 'negotiate,kerberos', '--http') as host:
        for scheme, mechanism, status in (('Negotiate', kerberos, 500), ('Kerberos', kerberos, 500), ('Negotiate', ntlm, 401)):
            connection = host.connect(plain=True)
            assert sign_in(connection, scheme, mechanism()).status == 200
            answer = connection.post(IDENTIFY)
            assert answer.status == status and answer.body == b'', (scheme, answer.status)
            assert connection.post(IDENTIFY).status == status
    with Host('--auth', 'negotiate', '--http', '--allow-unencrypted') as host:
        for mechanism in (kerberos, ntlm):
            connection = host.connect(plain=True)
            assert sign_in(connection, 'Negotiate', mechanism()).status == 200
            assert is_identified(connection.post(IDENTIFY))


# ---- curl ----

def curl(host, *options, url=None):
    result = subprocess.run(['curl', '-sS', '--cacert', host.ca, '--max-time', '60', '--data-binary', '@-', '-w', '\n%{http_code}', '-H',
                             'Content-Type: application/soap+xml;charset=UTF-8', *options, url or host.https],
                            input=IDENTIFY, stdout=subprocess.PIPE, check=True)
    body, status = result.stdout.rsplit(b'\n', 1)
    return int(status), b'IdentifyResponse' in body


def curl_signs_in():
    with tempfile.NamedTemporaryFile('w') as file, tempfile.NamedTemporaryFile('w') as config:
        file.write(PASSWORD)
        file.flush()
        config.write('user = "admin:%s"\n' % PASSWORD)
        config.flush()
        with Host('--auth', 'negotiate,basic', '--user', 'admin:' + file.name, '--http', '--allow-unencrypted') as host:
            named = host.https.replace('127.0.0.1', 'hv01.localhost')
            assert curl(host, '--negotiate', '-u', ':', url=named) == (200, True)
            assert host.log()[-1]['user'] == 'tester@LAB.EXAMPLE' and host.log()[-1]['scheme'] == 'kerberos'
            assert curl(host, '--negotiate', '-u', ':', url=host.http.replace('127.0.0.1', 'hv01.localhost')) == (200, True)
            assert curl(host, '--config', config.name) == (200, True)
            assert host.log()[-1]['scheme'] == 'basic' and host.log()[-1]['user'] == 'admin'
            assert curl(host, '--config', config.name, url=host.http) == (200, True)
            assert curl(host, '-u', 'admin:wrong') == (401, False)


if __name__ == '__main__':
    sys.exit(run(globals()))
