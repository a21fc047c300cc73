"""What a name means where several things have it: output.md, "a short name that is unique"."""

from __future__ import annotations

import pytest

from models.errors import UnknownNameError
from tests.worlds import LAMBDA_TRUST, Builder, function, role


def test_a_name_that_is_asked_for_by_its_kind_is_of_that_kind() -> None:
    made = Builder()
    called = made.function(function("orders"), role=made.role(role("orders"), LAMBDA_TRUST))
    world = made.world()
    found = {what: world.resolve("orders", what) for what in ("function", "resource", "role", "principal")}
    assert found == {"function": called, "resource": called, "role": role("orders"), "principal": role("orders")}
    with pytest.raises(UnknownNameError, match="ambiguous"):
        world.resolve("orders")
