"""Finds a project's functions: `scan` gives a `Manifest`, every function in it sorted by name.

What is wrong with one function stands in its ``problem``, and what is wrong with a directory in the
manifest's ``remarks``; nothing raises. `listing` makes the rows that ``polyfn list --json`` prints.
"""

from polyfn.discover.listing import listing
from polyfn.discover.manifest import Manifest
from polyfn.discover.scan import scan

__all__ = ["Manifest", "listing", "scan"]
