"""Brings what is saved into service, while what was saved before goes on answering."""

from polyfn.reload.reloader import Reloader

__all__ = ["Reloader"]
