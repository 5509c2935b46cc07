"""Which connectors may be called for real, and where. SPEC: section CT. Called by ``main``.

The model's own address is never called: whoever edits a model would otherwise decide what the
server connects to.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from runtime.connectors.errors import CallRefused

__all__ = ["parse_addresses"]


def parse_addresses(setting: str) -> Mapping[str, str]:
    """Return addresses by connector name from ``inventory=http://127.0.0.1:9901,mail=https://…``.

    Raises ``CallRefused`` (``connector_setting``) for anything else.
    """
    addresses: dict[str, str] = {}
    for entry in filter(None, (part.strip() for part in setting.split(","))):
        name, separator, address = (part.strip() for part in entry.partition("="))
        try:
            parts = urlsplit(address)
            is_usable = (
                parts.scheme in ("http", "https")
                and bool(parts.hostname)
                and parts.port != 0
                and "@" not in parts.netloc
                and not parts.query
                and not parts.fragment
            )
        except ValueError:
            is_usable = False
        if not name or not separator or not is_usable:
            raise CallRefused("connector_setting", f"no connector with an address: {entry!r}")
        if name in addresses:
            raise CallRefused("connector_setting", f"{name!r} has two addresses")
        addresses[name] = address.rstrip("/")
    return addresses
