"""Kerberos messages made by hand, with 16 bytes of filler (EC 16) as MS-KILE 3.4.5.4.1 has them, which MIT's library never writes.

RFC 4121 4.2 (tokens), RFC 3961 5.1 and 5.3 (keys, encryption), RFC 3962 (AES with SHA-1). For tests only.
"""

import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from gssapi.raw import OID, inquire_sec_context_by_oid, wrap

SESSION_KEY = OID.from_int_seq("1.2.840.113554.1.2.2.5.5")
ACCEPTOR_SEAL = 22
FILLER = 16


def n_fold(data, n):
    """RFC 3961 5.1: copies of DATA, each turned right by 13 bits more, added in ones' complement."""
    bits = "".join("{:08b}".format(byte) for byte in data)
    length = len(bits)
    total = n * 8
    while total % length or total % (n * 8):
        total += n * 8
    text = "".join(bits[-(13 * i) % length :] + bits[: -(13 * i) % length] for i in range(total // length))
    result, limit = 0, 1 << (n * 8)
    for at in range(0, total, n * 8):
        result += int(text[at : at + n * 8], 2)
        result = result % limit + result // limit
    return result.to_bytes(n, "big")


def ecb(key, block):
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


def derive(key, usage, last):
    block, out = n_fold(struct.pack(">IB", usage, last), 16), b""
    while len(out) < len(key):
        block = ecb(key, block)
        out += block
    return out[: len(key)]


def cts(key, plain):
    """Ciphertext stealing of RFC 3962: CBC with a zero vector, the last two blocks swapped, the rest cut."""
    padded = plain + bytes(-len(plain) % 16)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    out = encryptor.update(padded) + encryptor.finalize()
    return out[:-32] + out[-16:] + out[-32:-16][: len(plain) - (len(padded) - 16)]


def seal(context, plain, number):
    """What stands before the ciphertext, the ciphertext, and the number of the next message. NUMBER is None for the first."""
    key, kind = inquire_sec_context_by_oid(context, SESSION_KEY)[:2]
    if kind[-1] not in (17, 18):
        raise ValueError("no key of AES with SHA-1")
    if number is None:
        # A message that is never sent tells where the library would begin.
        (number,) = struct.unpack(">Q", wrap(context, b"x").message[8:16])
    # Flags: sent by the acceptor, sealed, under the acceptor's key.
    header = struct.pack(">HBBHHQ", 0x0504, 7, 0xFF, FILLER, 0, number)
    inner = os.urandom(16) + plain + bytes(FILLER) + header
    digest = hmac.new(derive(key, ACCEPTOR_SEAL, 0x55), inner, hashlib.sha1).digest()[:12]
    sealed = cts(derive(key, ACCEPTOR_SEAL, 0xAA), inner) + digest
    turn = 28 + FILLER
    sealed = sealed[-turn:] + sealed[:-turn]
    header = struct.pack(">HBBHHQ", 0x0504, 7, 0xFF, FILLER, turn, number)
    n_token = len(header) + turn + 16
    both = header + sealed
    return both[:n_token], both[n_token:], number + 1
