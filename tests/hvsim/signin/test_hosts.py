"""Hosts that differ in how they let in, and moves between them."""

import os
import re
import subprocess
import sys
import tempfile

import gssapi
from host import HVSIM, IDENTIFY, Host, ask, credssp, is_identified, kerberos, ntlm, sealed, text_of, run
from initiator import FLAGS, KERBEROS, Connection, Initiator, credential, sealed_type, sign_in


TWO_HOSTS = """[host hv01]
listener = 10.0.0.1
auth = %(auth)s
%(more)s
[host hv02]
listener = 10.0.0.2
auth = %(auth)s
sign_in = negotiate
listen = both
[vm files]
guid = 0A1B2C02-3D4E-4F50-8A6B-7C8D9E0F1002
host = hv01
state = running
disk = \\\\files\\vms\\files.vhdx
config_root = \\\\files\\vms
snapshot_root = \\\\files\\vms
swap_root = \\\\files\\vms
"""


def two_hosts(directory, auth, more):
    path = os.path.join(directory, 'hosts.ini')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(TWO_HOSTS % {'auth': auth, 'more': more})
    return ['--config', path]


def hosts_can_differ():
    with tempfile.TemporaryDirectory() as directory:
        more = 'listen = http\nsign_in = kerberos,credssp\ncbt = strict\nallow_unencrypted = yes'
        with Host(*two_hosts(directory, 'kerberos', more)) as host:
            assert host.urls[0].startswith('http://127.0.0.1:') and host.urls[1].startswith('https://127.0.0.2:')
            assert host.urls[2].startswith('http://127.0.0.2:') and len(host.urls) == 3
            connection = Connection(host.urls[0])
            assert connection.post(IDENTIFY).offers() == ['Kerberos', 'CredSSP']
            assert sign_in(connection, 'Kerberos', kerberos()).status == 200
            assert is_identified(connection.post(IDENTIFY))
            second = Connection(host.urls[2])
            assert second.post(IDENTIFY).offers() == ['Negotiate']
            assert sign_in(second, 'Negotiate', Initiator(KERBEROS, 'HTTP@hv02.localhost', credential(KERBEROS))).status == 200
            assert second.post(IDENTIFY).status == 500
        for bad in ('listen = ftp', 'sign_in = nonsense', 'cbt = nonsense', 'allow_unencrypted = 5', 'certmapping = subject=x'):
            result = subprocess.run([HVSIM, '--user', 'admin:' + os.environ['LAB_PASSWORD_FILE'], *two_hosts(directory, 'kerberos', bad)],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
            assert result.returncode in (2, 78) and bad.split()[0].encode() in result.stderr, (bad, result)


def moves_depend_on_the_sign_in():
    settings = ('&lt;INSTANCE CLASSNAME="Msvm_VirtualSystemMigrationSettingData"&gt;&lt;PROPERTY NAME="MigrationType" TYPE="uint16"&gt;'
                '&lt;VALUE&gt;32768&lt;/VALUE&gt;&lt;/PROPERTY&gt;&lt;PROPERTY NAME="TransportType" TYPE="uint16"&gt;'
                '&lt;VALUE&gt;5&lt;/VALUE&gt;&lt;/PROPERTY&gt;&lt;/INSTANCE&gt;')
    name = 'CheckVirtualSystemIsMigratable'
    service = 'http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/'
    body = ('<p:%s_INPUT xmlns:p="%sMsvm_VirtualSystemMigrationService"><p:ComputerSystem><a:Address>http://schemas.xmlsoap.org/ws/2004/08/'
            'addressing/role/anonymous</a:Address><a:ReferenceParameters><w:ResourceURI>%sMsvm_ComputerSystem</w:ResourceURI>'
            '<w:SelectorSet><w:Selector Name="CreationClassName">Msvm_ComputerSystem</w:Selector><w:Selector Name="Name">'
            '0A1B2C02-3D4E-4F50-8A6B-7C8D9E0F1002</w:Selector></w:SelectorSet></a:ReferenceParameters></p:ComputerSystem>'
            '<p:DestinationHost>hv02</p:DestinationHost><p:MigrationSettingData>%s</p:MigrationSettingData></p:%s_INPUT>'
            % (name, service, service, settings, name))

    def judge(url, send):
        text = send(text_of(name, url, body=body)).decode()
        job = re.search('Name="InstanceID">([^<]*)<', text)
        assert job, text
        for _ in range(2000):
            text = send(text_of('Get', url, 'Msvm_MigrationJob', keys='<w:Selector Name="InstanceID">%s</w:Selector>' % job[1])).decode()
            state = re.search('JobState>([0-9]*)<', text)[1]
            if state not in ('2', '3', '4'):
                return state, text
        raise AssertionError('the job does not end')

    def by_ntlm(host):
        connection, initiator = sealed(host, 'Negotiate', ntlm)
        return lambda text: ask(connection, 'Negotiate', initiator, text)

    def by_forwarded_ticket(host):
        flags = gssapi.RequirementFlag.delegate_to_peer | FLAGS
        connection, initiator = sealed(host, 'Negotiate', lambda: kerberos(flags=flags))
        return lambda text: ask(connection, 'Negotiate', initiator, text)

    def by_credssp(host):
        caller, answer, _ = credssp(host)
        assert answer.status == 200
        return lambda text: caller.open(caller.connection.post(caller.body(text), content_type=sealed_type('CredSSP')))

    with tempfile.TemporaryDirectory() as directory:
        for auth, results in (('kerberos', ('7', '7', '7')), ('credssp', ('10', '10', '7'))):
            options = two_hosts(directory, auth, 'listen = both')
            with Host('--auth', 'negotiate,credssp', '--time-scale', '100', *options) as host:
                host.http = host.urls[1]
                for who, wanted in zip((by_ntlm, by_forwarded_ticket, by_credssp), results):
                    state, text = judge(host.http, who(host))
                    assert state == wanted, (auth, who, state, text)
                    assert ('0x8009030E' in text) == (wanted == '10'), text


if __name__ == '__main__':
    sys.exit(run(globals()))
