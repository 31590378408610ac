"""polyfn serves a repository's serverless functions, each in a warm process of its own."""

__version__ = "0.1.0"
