"""Certificates of a run, by python3-cryptography."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

UPN = x509.ObjectIdentifier('1.3.6.1.4.1.311.20.2.3')
DAY = datetime.timedelta(days=1)


class Authority:
    def __init__(self, name, hash_=None):
        self.hash = hash_ or hashes.SHA256()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.cert = self.sign(self.key, self.name, [(x509.BasicConstraints(ca=True, path_length=None), True)])

    def sign(self, key, name, extensions, ended=False):
        now = datetime.datetime.utcnow()
        end = now - DAY if ended else now + DAY
        builder = (x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - 3 * DAY).not_valid_after(end))
        for extension, is_critical in extensions:
            builder = builder.add_extension(extension, is_critical)
        return builder.sign(self.key, self.hash)

    def thumbprint(self):
        return self.cert.fingerprint(hashes.SHA1()).hex().upper()

    def write(self, path):
        with open(path, 'wb') as file:
            file.write(self.cert.public_bytes(serialization.Encoding.PEM))

    def issue(self, path, names, usage, ended=False):
        """Certificate and key in one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        extensions = [(x509.SubjectAlternativeName(names), False)] if names else []
        if usage:
            extensions.append((x509.ExtendedKeyUsage([usage]), False))
        cert = self.sign(key, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, 'somebody')]), extensions, ended)
        with open(path, 'wb') as file:
            file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
            file.write(cert.public_bytes(serialization.Encoding.PEM))

    def issue_client(self, path, upn, usage=ExtendedKeyUsageOID.CLIENT_AUTH, ended=False):
        # DER of UTF8String: the library takes any value for other names.
        names = [x509.OtherName(UPN, bytes([0x0C, len(upn)]) + upn.encode())] if upn else [x509.DNSName('client.example.test')]
        self.issue(path, names, usage, ended)
