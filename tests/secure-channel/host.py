"""Another host for the card: yubikit (PyPI: yubikey-manager) speaks SCP03 to tests/virtual-card, behind its pipe.

    host.py PROGRAM STATE VERB KEY-ENC KEY-MAC KEY-DEK

VERB is read, clear or level-XX; what came of it is printed as JSON.
"""

import json
import struct
import subprocess
import sys

from yubikit.core import TRANSPORT
from yubikit.core.smartcard import ApduError, ScpProcessor, SmartCardConnection, SmartCardProtocol
from yubikit.core.smartcard.scp import INS_EXTERNAL_AUTHENTICATE, KeyRef, Scp03KeyParams, ScpKid, ScpState, StaticKeys

AID = bytes.fromhex("f054414c4c5905")
KEY_VERSION = 1
READ, ACKNOWLEDGE = 0xD8, 0xDE


class CardInPipe(SmartCardConnection):
    """A card as a program: each command and each response after its length."""

    def __init__(self, program, state):
        self._card = subprocess.Popen([program, "pipe", "--state", state], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    @property
    def transport(self):
        return TRANSPORT.NFC

    def send_and_receive(self, apdu):
        self._card.stdin.write(struct.pack("!I", len(apdu)) + apdu)
        self._card.stdin.flush()
        (length,) = struct.unpack("!I", self._card.stdout.read(4))
        response = self._card.stdout.read(length)
        return response[:-2], int.from_bytes(response[-2:], "big")

    def close(self):
        self._card.stdin.close()
        self._card.wait()


def read(protocol, params):
    """Opens a channel; what the card says of itself, twice, and then to a command with data."""
    protocol.init_scp(params)
    commands = [(READ, b""), (READ, b""), (ACKNOWLEDGE, b"\x00")]
    return {"said": [protocol.send_apdu(0x80, ins, 0, 0, data).hex() for ins, data in commands]}


def clear(protocol, params):
    """Opens a channel and does not use it."""
    protocol.init_scp(params)
    data, status = protocol.connection.send_and_receive(bytes([0x84, READ, 0, 0, 0]))
    return {"data": data.hex(), "status": f"{status:04x}"}


def level(protocol, params, wanted):
    """Authenticates for another level of security, with a MAC that is right for it."""
    state, cryptogram = ScpState.scp03_init(protocol.send_apdu, params)
    processor, formatter = protocol._build_base_processor()
    processor = ScpProcessor(processor, formatter, state)
    data, status = processor.send_apdu(0x84, INS_EXTERNAL_AUTHENTICATE, wanted, 0, cryptogram, 0, encrypt=False)
    return {"data": data.hex(), "status": f"{status:04x}"}


def main(program, state, verb, *keys):
    params = Scp03KeyParams(KeyRef(ScpKid.SCP03, KEY_VERSION), StaticKeys(*map(bytes.fromhex, keys)))
    connection = CardInPipe(program, state)
    try:
        protocol = SmartCardProtocol(connection)
        protocol.select(AID)
        if verb == "read":
            return read(protocol, params)
        if verb == "clear":
            return clear(protocol, params)
        return level(protocol, params, int(verb.removeprefix("level-"), 16))
    except ApduError as error:
        return {"status": f"{error.sw:04x}"}
    except ValueError as error:
        return {"refused": str(error)}
    finally:
        connection.close()


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
