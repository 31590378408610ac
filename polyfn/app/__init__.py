"""The composition root: opens rooms in order, closes them in reverse, and runs what was asked for.

It neither parses a command line nor prints: `polyfn.cli` does, and is told through callbacks.
"""
