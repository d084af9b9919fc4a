"""Sealed messages (MS-WSMV 2.2.9.1)."""

import os
import subprocess
import sys
import tempfile

import gssapi
from host import IDENTIFY, PASSWORD, SEALED, Host, ask, ask_status, is_identified, kerberos, ntlm, sealed, run
from initiator import END, SOAP, open_answer, sealed_body, sealed_part, sealed_type, split_body


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


def tokens_of_kerberos_can_have_filler():
    with Host('--auth', 'negotiate,kerberos', '--http', '--quirk', 'filler') as host:
        for scheme, mechanism in SEALED:
            connection, initiator = sealed(host, scheme, mechanism)
            for _ in range(3):
                answer = connection.post(sealed_body(scheme, initiator, IDENTIFY), content_type=sealed_type(scheme))
                _, length, n_token, data = split_body(scheme, answer.body)[0]
                assert n_token == (76 if initiator.is_kerberos() else 16) and len(data) == n_token + length
                assert b'IdentifyResponse' in open_answer(scheme, initiator, answer)


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


# ---- python3-winrm ----

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


if __name__ == '__main__':
    sys.exit(run(globals()))
