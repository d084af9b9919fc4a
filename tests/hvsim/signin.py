"""Sign-in at hvsim, with callers that share nothing with it (initiator.py). Usage: signin.py HVSIM, inside tests/lab/with_kdc.sh."""

import inspect
import json
import os
import ssl
import subprocess
import sys
import tempfile
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gssapi  # noqa: E402
from initiator import (END, KERBEROS, CredSSP, NTLM, SOAP, SPNEGO, Closed, Connection, Initiator, credential, open_answer,  # noqa: E402
                       sealed_body, sealed_part, sealed_type, sign_in, ts_credentials, ts_request)

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
        self.process = subprocess.Popen([HVSIM, '--cert-dir', self.directory.name, '--hosts', 'hv01', '--exit-with-parent',
                                         '--request-log', self.log_path, *options], stdout=subprocess.PIPE)
        self.https = self.read_url()
        self.http = self.read_url() if '--http' in options else None

    def read_url(self):
        words = self.process.stdout.readline().decode().split()
        assert words and words[0] == 'ready', words
        return words[2]

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


# ---- sealed messages ----

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


def messages_are_sealed_both_ways():
    with Host('--auth', 'negotiate,kerberos', '--http') as host:
        for plain in (True, False):
            for scheme, mechanism in SEALED:
                connection, initiator = sealed(host, scheme, mechanism, plain)
                for _ in range(3):
                    assert b'IdentifyResponse' in ask(connection, scheme, initiator)
                line = host.log()[-1]
                assert line['sealed'] is True and line['operation'] == 'Identify' and line['status'] == 200, line


def faults_are_sealed():
    with Host('--auth', 'negotiate,kerberos', '--http') as host:
        for scheme, mechanism in SEALED:
            connection, initiator = sealed(host, scheme, mechanism)
            answer = connection.post(sealed_body(scheme, initiator, b'<nonsense/>'), content_type=sealed_type(scheme))
            assert answer.status == 500
            assert b'Fault' in open_answer(scheme, initiator, answer)
            assert b'IdentifyResponse' in ask(connection, scheme, initiator)


def the_last_leg_may_carry_a_sealed_message():
    with Host('--auth', 'negotiate', '--http') as host:
        connection = host.connect(plain=True)
        initiator = ntlm()
        answer = connection.token('Negotiate', initiator.step())
        token = initiator.step(answer.token('Negotiate'))
        answer = connection.token('Negotiate', token, sealed_body('Negotiate', initiator, IDENTIFY), sealed_type('Negotiate'))
        assert answer.status == 200 and b'IdentifyResponse' in open_answer('Negotiate', initiator, answer)


def utf16_is_answered_in_utf16_when_sealed():
    with Host('--auth', 'negotiate', '--http') as host:
        connection, initiator = sealed(host, 'Negotiate', ntlm)
        wide = 'application/soap+xml;charset=UTF-16'
        body = sealed_body('Negotiate', initiator, IDENTIFY.decode().encode('utf-16'), wide)
        answer = connection.post(body, content_type=sealed_type('Negotiate'))
        assert 'IdentifyResponse' in open_answer('Negotiate', initiator, answer, content=wide).decode('utf-16')


def answers_can_be_split_and_spaced():
    with Host('--auth', 'negotiate,kerberos', '--http', '--quirk', 'split', '--quirk', 'spaced-boundary', '--quirk', 'utf16le') as host:
        for scheme, mechanism in SEALED:
            connection, initiator = sealed(host, scheme, mechanism)
            options = {'dash': '-- ', 'kind': 'multipart/x-multi-encrypted', 'content': 'application/soap+xml;charset=UTF-16'}
            for _ in range(2):
                assert 'IdentifyResponse' in ask(connection, scheme, initiator, **options).decode('utf-16')


def malformed_messages_end_the_sign_in():
    def body(initiator, change):
        token, cipher = initiator.seal(IDENTIFY)
        return change(token, cipher)

    def damaged(data):
        return data[:-1] + bytes([data[-1] ^ 1])

    good = len(IDENTIFY)
    changes = {
        'wrong length': lambda t, c: sealed_part('Negotiate', len(t), t + c, good + 1) + END,
        'no end': lambda t, c: sealed_part('Negotiate', len(t), t + c, good),
        'end without line end': lambda t, c: sealed_part('Negotiate', len(t), t + c, good) + END[:-2],
        'line end before the end': lambda t, c: sealed_part('Negotiate', len(t), t + c, good) + b'\r\n' + END,
        'damaged': lambda t, c: sealed_part('Negotiate', len(t), t + damaged(c), good) + END,
        'damaged token': lambda t, c: sealed_part('Negotiate', len(t), damaged(t) + c, good) + END,
        'token cut elsewhere': lambda t, c: sealed_part('Negotiate', len(t) - 1, t + c, good) + END,
        'token longer than all': lambda t, c: sealed_part('Negotiate', 1 << 31, t + c, good) + END,
        'nothing': lambda t, c: sealed_part('Negotiate', 0, b'', good) + END,
        'spaces for tabs': lambda t, c: (sealed_part('Negotiate', len(t), t + c, good) + END).replace(b'\t', b' ', 3),
        'lower case': lambda t, c: (sealed_part('Negotiate', len(t), t + c, good) + END).replace(b'Content-Type', b'content-type', 1),
        'two messages': lambda t, c: 2 * sealed_part('Negotiate', len(t), t + c, good) + END,
        'no parts': lambda t, c: END,
        'other protocol inside': lambda t, c: sealed_part('Kerberos', len(t), t + c, good) + END,
    }
    with Host('--auth', 'negotiate', '--http') as host:
        for mechanism in (kerberos, ntlm):
            for name, change in changes.items():
                connection, initiator = sealed(host, 'Negotiate', mechanism)
                answer = connection.post(body(initiator, change), content_type=sealed_type('Negotiate'))
                assert answer.status == 400 and answer.body == b'', (name, answer.status)
                assert ask_status(connection, initiator) == 401, name
                connection.close()


def ask_status(connection, initiator):
    return connection.post(sealed_body('Negotiate', initiator, IDENTIFY), content_type=sealed_type('Negotiate')).status


def the_protocol_is_that_of_the_scheme():
    with Host('--auth', 'negotiate,kerberos', '--http') as host:
        for scheme, other in (('Negotiate', 'Kerberos'), ('Kerberos', 'Negotiate'), ('Negotiate', 'CredSSP')):
            connection, initiator = sealed(host, scheme, kerberos)
            assert connection.post(sealed_body(other, initiator, IDENTIFY), content_type=sealed_type(other)).status == 400
        connection, initiator = sealed(host, 'Negotiate', kerberos)
        several = sealed_type('Negotiate', 'multipart/x-multi-encrypted')
        assert connection.post(sealed_body('Negotiate', initiator, IDENTIFY), content_type=several).status == 400
        connection, initiator = sealed(host, 'Negotiate', ntlm)
        spaced = sealed_type('Negotiate').replace(';', '; ')
        assert connection.post(sealed_body('Negotiate', initiator, IDENTIFY), content_type=spaced).status == 200


def messages_come_once_and_in_order():
    with Host('--auth', 'negotiate', '--http') as host:
        for mechanism in (kerberos, ntlm):
            connection, initiator = sealed(host, 'Negotiate', mechanism)
            first, second = (sealed_body('Negotiate', initiator, IDENTIFY) for _ in range(2))
            assert connection.post(second, content_type=sealed_type('Negotiate')).status == 400
            connection, initiator = sealed(host, 'Negotiate', mechanism)
            first = sealed_body('Negotiate', initiator, IDENTIFY)
            assert connection.post(first, content_type=sealed_type('Negotiate')).status == 200
            assert connection.post(first, content_type=sealed_type('Negotiate')).status == 400


def plain_gss_wrap_is_no_sealing_for_kerberos():
    with Host('--auth', 'negotiate', '--http') as host:
        connection, initiator = sealed(host, 'Negotiate', kerberos)
        wrapped = initiator.context.wrap(IDENTIFY, True).message
        n_token = len(wrapped) - len(IDENTIFY)
        answer = connection.post(sealed_part('Negotiate', n_token, wrapped, len(IDENTIFY)) + END, content_type=sealed_type('Negotiate'))
        assert answer.status == 400


def messages_of_strangers_are_not_unsealed():
    with Host('--auth', 'negotiate', '--http') as host:
        _, initiator = sealed(host, 'Negotiate', ntlm)
        assert ask_status(host.connect(plain=True), initiator) == 401
        other, _ = sealed(host, 'Negotiate', ntlm)
        assert ask_status(other, initiator) == 400


def sizes_are_judged_unsealed():
    with Host('--auth', 'negotiate', '--http') as host:
        limit = 500 * 1024
        connection, initiator = sealed(host, 'Negotiate', ntlm)
        padded = IDENTIFY + b' ' * (limit - len(IDENTIFY))
        assert b'IdentifyResponse' in ask(connection, 'Negotiate', initiator, padded)
        answer = connection.post(sealed_body('Negotiate', initiator, padded + b' '), content_type=sealed_type('Negotiate'))
        assert answer.status == 413 and answer.body == b''
        assert b'IdentifyResponse' in ask(connection, 'Negotiate', initiator)


def answers_can_be_damaged_or_unsealed():
    with Host('--auth', 'negotiate', '--http', '--fault', 'damage,nth=2', '--fault', 'unsealed,nth=3') as host:
        for mechanism in (kerberos, ntlm):
            connection, initiator = sealed(host, 'Negotiate', mechanism)
            if mechanism is kerberos:
                assert b'IdentifyResponse' in ask(connection, 'Negotiate', initiator)
                try:
                    ask(connection, 'Negotiate', initiator)
                    raise AssertionError('what was damaged could be read')
                except gssapi.exceptions.GSSError:
                    pass
            else:
                answer = connection.post(sealed_body('Negotiate', initiator, IDENTIFY), content_type=sealed_type('Negotiate'))
                assert is_identified(answer) and answer.header('content-type') == SOAP


# ---- CredSSP ----

def credssp(host, inner=ntlm, plain=True, who=('LAB', 'tester', None), **options):
    connection = host.connect(plain=plain)
    caller = CredSSP(connection, inner(), **options)
    answer, fields = caller.sign_in(who[0], who[1], who[2] or PASSWORD)
    return caller, answer, fields


def credssp_ask(caller, text=IDENTIFY, kind='multipart/encrypted'):
    answer = caller.connection.post(caller.body(text), content_type=sealed_type('CredSSP', kind))
    assert answer.status in (200, 500), answer.status
    return answer, caller.open(answer)


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
            for who, status in ((('', 'tester@LAB.EXAMPLE', None), 200), (('LAB.EXAMPLE', 'tester', None), 200), (('lab.example', 'tester', None), 200),
                                (('LAB.EXAMPLE', 'tester', 'wrong'), 401), (('LAB.EXAMPLE', 'locked', None), 401), (('.', 'admin', 'local-secret'), 200),
                                (('', 'admin', 'local-secret'), 200), (('LAB', 'admin', 'local-secret'), 401), (('lab', 'TESTER', None), 200)):
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


# ---- other callers ----

def winrm(url, **options):
    """python3-winrm in a process of its own, since its NTLM wants algorithms that OpenSSL has retired."""
    script = ('import sys, winrm.transport as t; url, password, method = sys.argv[1], sys.stdin.readline().strip(), sys.argv[2]\n'
              'sealed = t.Transport(url, username="LAB\\\\tester", password=password, auth_method=method, service="HTTP",\n'
              '                     message_encryption="always", read_timeout_sec=60)\n'
              'for _ in range(3): print(sealed.send_message(sys.argv[3]))')
    with tempfile.NamedTemporaryFile('w') as config:
        config.write('openssl_conf = init\n[init]\nproviders = both\n[both]\ndefault = on\nlegacy = on\n[on]\nactivate = 1\n')
        config.flush()
        result = subprocess.run(['/usr/bin/python3', '-W', 'ignore', '-c', script, url, 'ntlm', IDENTIFY.decode()], check=False,
                                input=options.get('password', PASSWORD).encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=dict(os.environ, OPENSSL_CONF=config.name, NO_PROXY='*'))
    return result


def python_winrm_seals_ntlm():
    with Host('--auth', 'negotiate', '--http') as host:
        result = winrm(host.http)
        assert result.stdout.count(b':IdentifyResponse>') == 3, result.stderr.decode()
        lines = [line for line in host.log() if line['operation'] == 'Identify']
        assert len(lines) == 3 and all(line['sealed'] and line['scheme'] == 'ntlm' for line in lines), lines
        result = winrm(host.http, password='wrong')
        assert b'rejected' in result.stderr, result.stderr.decode()

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


# ---- the run ----

def main():
    wanted = sys.argv[2:]
    cases = [case for name, case in list(globals().items())
             if inspect.isfunction(case) and case.__module__ == '__main__' and case is not main and
             not inspect.signature(case).parameters and (not wanted or name in wanted)]
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


if __name__ == '__main__':
    sys.exit(main())
