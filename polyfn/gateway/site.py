"""What requests are told about the site they came to, in headers that clients cannot set."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.model import JSON


def _somewhere() -> Mapping[str, JSON]:
    """The Netlify CLI's place when it knows no better (@netlify/dev-utils, ``mockLocation``)."""
    return {
        "city": "San Francisco",
        "country": {"code": "US", "name": "United States"},
        "subdivision": {"code": "CA", "name": "California"},
        "longitude": 0,
        "latitude": 0,
        "timezone": "UTC",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The site that functions believe to belong to.

    Attributes:
        account_id, site_id: ``unlinked``, as the Netlify CLI calls what it has no id for.
        geo: Where every client is.
        headers: The same, as headers.
    """

    account_id: str = "unlinked"
    site_id: str = "unlinked"
    geo: Mapping[str, JSON] = field(default_factory=_somewhere)
    headers: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        geo = base64.b64encode(orjson.dumps(self.geo)).decode()
        headers = {
            "x-nf-account-id": self.account_id,
            "x-nf-site-id": self.site_id,
            "x-nf-geo": geo,
        }
        object.__setattr__(self, "headers", headers)
