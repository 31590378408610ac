"""Everything that files, environment and flags say of a project, resolved once into `Settings`."""

from polyfn.settings.environment import OURS, PROCESS, Variable
from polyfn.settings.function_variables import (
    function_environment,
    function_variables,
    project_variables,
)
from polyfn.settings.load import load
from polyfn.settings.mask import looks_secret, mask_in, masked
from polyfn.settings.project import find_root
from polyfn.settings.values import Background, Flags, FunctionRule, Limits, Serve, Settings

__all__ = [
    "OURS",
    "PROCESS",
    "Background",
    "Flags",
    "FunctionRule",
    "Limits",
    "Serve",
    "Settings",
    "Variable",
    "find_root",
    "function_environment",
    "function_variables",
    "load",
    "looks_secret",
    "mask_in",
    "masked",
    "project_variables",
]
