"""Keys, and what is sealed with them. SPEC: section DA. Made by ``installation``; called by
``sealing``, ``files`` and ``workflows``.

One master key, from the environment or a file of its own, gives each tenant (and the runs of
workflows) a key by HKDF-SHA256, so that what one tenant's file holds opens under no other's. Values
are sealed by AES-256-GCM under a nonce of their own. What is sealed is bound to its *place*: moved
to another field, record or file it does not open.

A sealed value is: one byte of version, four that name the master key, twelve of nonce, and what
AES-GCM gives, whose last sixteen bytes are the tag. Before sealing, JSON is padded with spaces, so
that its length does not tell ``true`` from ``false``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from runtime.data.errors import FieldDamaged, FieldKeyMissing
from runtime.limits import SEALED_BLOCK_BYTES

__all__ = ["Cipher", "MasterKeys"]

CURRENT_VARIABLE: Final = "PREVIEW_ENCRYPTION_KEY"
PREVIOUS_VARIABLE: Final = "PREVIEW_ENCRYPTION_KEY_PREVIOUS"
_FILE: Final = "preview.key"
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_ID_BYTES: Final = 4
_VERSION: Final = b"\x01"
_HEAD_BYTES: Final = 1 + _ID_BYTES + _NONCE_BYTES


@dataclass(frozen=True, slots=True)
class _Ring:
    """The master keys by name; ``current`` seals, all of them open."""

    current: bytes
    keys: Mapping[bytes, bytes]


class MasterKeys:
    """The master keys of an installation; the file is *folder*``/preview.key``. Thread-safe.

    Neither environment nor file is looked at before something is to be sealed or opened.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._file = folder / _FILE
        self._environment = {
            name: environment.get(name, "").strip()
            for name in (CURRENT_VARIABLE, PREVIOUS_VARIABLE)
        }
        self._lock = threading.Lock()
        self._ring: _Ring | None = None

    def cipher(self, *purpose: str) -> Cipher:
        """Return what seals for *purpose*: ``("tenant", name)`` or ``("runs",)``."""
        return Cipher(self, purpose)

    def ring(self, *, makes: bool) -> _Ring:
        """Return the keys; with *makes* the file is made if there is no key at all.

        Raises ``FieldKeyMissing``: ``field_key_missing``, ``field_key_invalid``.
        """
        ring = self._ring
        if ring is None:
            with self._lock:
                ring = self._ring
                if ring is None:
                    ring = self._ring = self._read(makes)
        return ring

    def _read(self, makes: bool) -> _Ring:
        # In the order of precedence: the first one seals. A file that was used before the
        # environment named a key still opens what it sealed.
        found = [
            _decoded(self._environment[name], name)
            for name in (CURRENT_VARIABLE, PREVIOUS_VARIABLE)
            if self._environment[name]
        ]
        is_current_named = bool(self._environment[CURRENT_VARIABLE])
        held = self._held()
        if held is None and not is_current_named and makes:
            held = self._made()
        if held is not None:
            found.insert(len(found) if is_current_named else 0, held)
        elif not is_current_named:
            text = (
                f"there is no key for encrypted fields: set {CURRENT_VARIABLE} or restore {_FILE}"
            )
            raise FieldKeyMissing(text)
        return _Ring(_name_of(found[0]), {_name_of(key): key for key in reversed(found)})

    def _held(self) -> bytes | None:
        try:
            return _decoded(self._file.read_text().strip(), _FILE)
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            text = f"{_FILE} cannot be read: {type(error).__name__}"
            raise FieldKeyMissing(text, code="field_key_invalid") from error

    def _made(self) -> bytes:
        """Make the file whole or not at all; if another process was first, its key counts."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._file.with_name(f".{_FILE}.{os.getpid()}.{os.urandom(8).hex()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(base64.b64encode(os.urandom(_KEY_BYTES)) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                # Unlike a rename, a link does not take the place of a key that is there.
                os.link(fresh, self._file)
        finally:
            fresh.unlink()
        folder = os.open(self._file.parent, os.O_RDONLY)
        try:
            # A key that a crash forgets would leave what it has sealed for ever closed.
            os.fsync(folder)
        finally:
            os.close(folder)
        held = self._held()
        assert held is not None, "the key was made or found just now"
        return held


class Cipher:
    """Seals and opens for one purpose. Thread-safe; made by ``MasterKeys.cipher``."""

    def __init__(self, keys: MasterKeys, purpose: tuple[str, ...], refusal: str = "") -> None:
        self._keys = keys
        self._purpose = orjson.dumps(purpose)
        self._names = purpose
        self._refusal = refusal
        # By the name of the master key; deriving one costs more than all there is to seal.
        self._ciphers: dict[bytes, AESGCM] = {}

    def refusing(self, reason: str) -> Cipher:
        """Return a cipher that opens what it can and seals nothing, for this reason."""
        return Cipher(self._keys, self._names, reason)

    @property
    def refusal(self) -> str:
        """Why it seals nothing; empty if it does."""
        return self._refusal

    def current(self) -> str:
        """Return the name of the key that seals, in hex; a first one is made."""
        return self._sealing().current.hex()

    def known(self) -> frozenset[str]:
        """Return the names of the keys that open, in hex; none is made."""
        try:
            return frozenset(name.hex() for name in self._keys.ring(makes=False).keys)
        except FieldKeyMissing as missing:
            if missing.code == "field_key_missing":
                return frozenset()
            raise

    def is_current(self, sealed: bytes) -> bool:
        """Return whether something was sealed under the key that seals now."""
        return sealed[1 : 1 + _ID_BYTES] == self._sealing().current

    def seal(self, place: bytes, plain: bytes) -> bytes:
        """Return *plain* sealed at *place*. Raises ``FieldKeyMissing``."""
        ring = self._sealing()
        head = _VERSION + ring.current
        nonce = os.urandom(_NONCE_BYTES)
        made = self._gcm(ring, ring.current).encrypt(nonce, plain, head + place)
        return head + nonce + made

    def open(self, place: bytes, sealed: bytes) -> bytes:
        """Return what was sealed at *place*. Raises ``FieldKeyMissing``, ``FieldDamaged``."""
        if len(sealed) < _HEAD_BYTES + _TAG_BYTES or not sealed.startswith(_VERSION):
            raise FieldDamaged("an encrypted value is damaged: it does not begin as one")
        name = sealed[1 : 1 + _ID_BYTES]
        ring = self._keys.ring(makes=False)
        if name not in ring.keys:
            text = f"the key {name.hex()} of encrypted values is missing: set {PREVIOUS_VARIABLE}"
            raise FieldKeyMissing(text)
        nonce, made = sealed[1 + _ID_BYTES : _HEAD_BYTES], sealed[_HEAD_BYTES:]
        try:
            return self._gcm(ring, name).decrypt(nonce, made, _VERSION + name + place)
        except InvalidTag:
            text = "an encrypted value is damaged, or was put where it does not belong"
            raise FieldDamaged(text) from None

    def seal_json(self, place: bytes, value: object) -> bytes:
        """Return JSON, which may be a stored value, sealed at *place* and padded."""
        plain = orjson.dumps(value)
        blocks = -(-len(plain) // SEALED_BLOCK_BYTES)
        return self.seal(place, plain.ljust(blocks * SEALED_BLOCK_BYTES))

    def open_json(self, place: bytes, sealed: bytes) -> object:
        """Return what ``seal_json`` sealed."""
        value: object = orjson.loads(self.open(place, sealed))
        return value

    def marks(self, content: str) -> list[str]:
        """Return names for *content* that tell nobody without the key what it is.

        The first one is of the key that seals; the others are of keys that only open.
        """
        ring = self._sealing() if not self._refusal else self._keys.ring(makes=False)
        names = sorted(ring.keys, key=lambda name: name != ring.current)
        return [
            hmac.new(
                _derived(ring.keys[name], b"mark" + self._purpose), content.encode(), hashlib.sha256
            ).hexdigest()
            for name in names
        ]

    def _sealing(self) -> _Ring:
        if self._refusal:
            raise FieldKeyMissing(self._refusal)
        return self._keys.ring(makes=True)

    def _gcm(self, ring: _Ring, name: bytes) -> AESGCM:
        found = self._ciphers.get(name)
        if found is None:
            found = AESGCM(_derived(ring.keys[name], b"seal" + self._purpose))
            self._ciphers[name] = found
        return found


def _derived(key: bytes, purpose: bytes) -> bytes:
    # A salt is not needed where the master key is uniformly random (RFC 5869, section 3.1).
    return HKDF(SHA256(), _KEY_BYTES, None, b"design-rooms preview " + purpose).derive(key)


def _name_of(key: bytes) -> bytes:
    return _derived(key, b"name")[:_ID_BYTES]


def _decoded(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        told = f"{where} is no key: it must be {_KEY_BYTES} random bytes in base64"
        raise FieldKeyMissing(told, code="field_key_invalid")
    return key
