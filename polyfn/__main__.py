"""`python -m polyfn` is the `polyfn` command."""

from polyfn.cli import main

main()
