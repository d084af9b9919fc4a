"""Sign-ins that fail because it was asked for."""

import ssl
import sys

from host import IDENTIFY, Host, ask, ask_status, credssp, kerberos, ntlm, sealed, spnego_ntlm, run
from initiator import Closed, open_answer, sealed_body, sealed_type, sign_in


def handshakes_can_fail_at_each_leg():
    schemes = (('Negotiate', ntlm, 2), ('Negotiate', spnego_ntlm, 2), ('Kerberos', kerberos, 1))
    for leg in (1, 2):
        with Host('--auth', 'negotiate,kerberos', '--http', '--fault', 'leg-drop=%d,times=0' % leg) as host:
            for scheme, mechanism, n_legs in schemes:
                if n_legs < leg:
                    assert sign_in(host.connect(plain=True), scheme, mechanism()).status == 200
                    continue
                try:
                    sign_in(host.connect(plain=True), scheme, mechanism())
                    raise AssertionError('leg %d was answered' % leg)
                except Closed:
                    line = host.log()[-1]
                    assert line['armed'] == 'leg-drop' and line['leg'] == leg and line['status'] is None, line
    for leg in range(1, 7):
        with Host('--auth', 'credssp', '--http', '--fault', 'leg-drop=%d' % leg) as host:
            try:
                _, answer, _ = credssp(host, tls=ssl.TLSVersion.TLSv1_2)
                assert leg == 6 and answer.status == 200, leg
            except Closed:
                assert leg <= 5
                assert credssp(host)[1].status == 200
    with Host('--auth', 'negotiate', '--fault', 'leg-garbage=1') as host:
        connection = host.connect()
        answer = connection.token('Negotiate', ntlm().step())
        assert answer.status == 401 and answer.token('Negotiate') == b'no token', answer.offers()
    with Host('--auth', 'negotiate', '--fault', 'leg-close=1') as host:
        connection = host.connect()
        initiator = ntlm()
        answer = connection.token('Negotiate', initiator.step())
        assert answer.status == 401 and answer.token('Negotiate') and answer.header('connection') == 'close'
        try:
            connection.token('Negotiate', initiator.step(answer.token('Negotiate')))
            raise AssertionError('the connection is open')
        except Closed:
            pass
        assert sign_in(host.connect(), 'Negotiate', ntlm()).status == 200


def accounts_can_be_locked():
    with Host('--auth', 'negotiate,credssp', '--http', '--fault', 'leg-refuse,times=3', '--fault', 'leg-refuse=0xC0000071') as host:
        assert sign_in(host.connect(), 'Negotiate', ntlm()).offers() == ['Negotiate', 'CredSSP']
        assert sign_in(host.connect(), 'Negotiate', kerberos()).offers() == ['Negotiate', 'CredSSP']
        _, answer, fields = credssp(host)
        assert answer.status == 401 and fields[4] == bytes.fromhex('C0000234'), fields
        assert host.log()[-1]['armed'] == 'leg-refuse'
        assert credssp(host)[1].status == 200
    with Host('--auth', 'credssp', '--http', '--fault', 'leg-refuse=0xC0000071') as host:
        assert credssp(host)[2][4] == bytes.fromhex('C0000071')


def sign_ins_can_be_lost():
    with Host('--auth', 'negotiate', '--http', '--fault', 'auth,nth=2', '--fault', 'close,nth=4', '--fault', 'hang-up,nth=5') as host:
        connection, initiator = sealed(host, 'Negotiate', ntlm)
        assert b'IdentifyResponse' in ask(connection, 'Negotiate', initiator)
        assert ask_status(connection, initiator) == 401
        assert ask_status(connection, initiator) == 401
        initiator = ntlm()
        assert sign_in(connection, 'Negotiate', initiator).status == 200
        assert b'IdentifyResponse' in ask(connection, 'Negotiate', initiator)
        for header in ('close', None):
            connection, initiator = sealed(host, 'Negotiate', ntlm)
            answer = connection.post(sealed_body('Negotiate', initiator, IDENTIFY), content_type=sealed_type('Negotiate'))
            assert b'IdentifyResponse' in open_answer('Negotiate', initiator, answer)
            assert answer.header('connection') == header, answer.headers
            try:
                ask_status(connection, initiator)
                raise AssertionError('the connection is open')
            except Closed:
                pass


if __name__ == '__main__':
    sys.exit(run(globals()))
