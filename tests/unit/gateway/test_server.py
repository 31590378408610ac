from __future__ import annotations

import pytest

from polyfn.gateway.server import Address


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (Address("127.0.0.1", 9999), "http://127.0.0.1:9999"),
        (Address("localhost", 80), "http://localhost:80"),
        (Address("::1", 9999), "http://[::1]:9999"),
    ],
)
def test_url_of_an_address_can_be_opened(address: Address, url: str) -> None:
    assert address.url == url
