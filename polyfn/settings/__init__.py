"""Everything that files, environment and flags say of a project, resolved once into `Settings`."""

from polyfn.settings.function_variables import function_environment
from polyfn.settings.load import load
from polyfn.settings.mask import looks_secret, mask_in, masked
from polyfn.settings.project import find_root
from polyfn.settings.values import Background, Flags, FunctionRule, Limits, Serve, Settings

__all__ = [
    "Background",
    "Flags",
    "FunctionRule",
    "Limits",
    "Serve",
    "Settings",
    "find_root",
    "function_environment",
    "load",
    "looks_secret",
    "mask_in",
    "masked",
]
