"""Compilers that stay between builds: starting one is most of what a small build takes.

A resident only ever spares time. Whatever it does not do well, be it an error in the author's code
or its own death, the builder does over with a process of its own, whose words and exit status
count.
"""

from polyfn.build.residents.residents import Residents

__all__ = ["Residents"]
