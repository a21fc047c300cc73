"""`models.answer` has each kind of answer, and loads it when it is asked for."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from models import answer


@pytest.mark.parametrize("name", answer.__all__)
def test_every_answer_is_there_by_its_name(name: str) -> None:
    found = getattr(answer, name)
    if isinstance(found, type):
        assert found.__name__ == name
        assert found.__module__.startswith("models.answer.")
        assert getattr(importlib.import_module(found.__module__), name) is found


def test_another_name_is_none_of_them() -> None:
    with pytest.raises(AttributeError, match=r"module 'models\.answer' has no attribute 'NoAnswer'"):
        _ = answer.NoAnswer  # type: ignore[attr-defined]


def test_one_kind_of_answer_does_not_bring_all_others() -> None:
    code = "import sys; from models.answer import CanAnswer; print(*sorted(m for m in sys.modules if 'answer' in m))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["models.answer", "models.answer.parts", "models.answer.requests"]
