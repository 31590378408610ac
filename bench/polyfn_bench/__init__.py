"""Measures polyfn against plain servers and its peers: see docs/howto/benchmark.md."""
