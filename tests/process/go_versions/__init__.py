import pytest

# What they find wrong stands in one message with everything else that is wrong with a version.
pytest.register_assert_rewrite(
    *(f"{__name__}.{module}" for module in ("feature", "library", "calls", "told", "failing"))
)
