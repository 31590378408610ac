"""Runs build plans and finds the programs they need; it knows no language.

`polyfn.build.workshop.Workshop` is the way in: a function goes in, what was built and how to start
it come out.
"""
