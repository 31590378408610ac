"""How an address is written."""

from __future__ import annotations


def url_of(host: str, port: int) -> str:
    """The base URL of a host and a port, without a slash at the end."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
