"""Changes said together do what they do one after the other, in each form."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.change import Change, RemoveMapping
from models.errors import ChangeError
from simulator.changes import apply
from simulator.repair.forms import forms
from tests.repair.forms import commands, hcl, template
from tests.repair.forms.cases import BEFORE, CASES
from tests.repair.forms.meaning import Place, said
from tests.worlds import queue

several = st.lists(st.sampled_from(sorted(CASES)), min_size=2, max_size=4, unique=True)
#: Applying and reading takes a tenth of a second each time.
FEW = settings(max_examples=25)


def legal(names: list[str]) -> list[Change]:
    changes = [change for name in names for change in CASES[name]]
    try:
        apply(BEFORE, changes)
    except ChangeError:
        assume(False)
    return changes


# Of JMESPath's two ways to write a string this is the one that needs no quotes of its own.
@pytest.mark.filterwarnings("ignore:deprecated string literal syntax")
@pytest.mark.slow
@FEW
@given(several)
def test_in_commands(names: list[str]) -> None:
    changes, place = legal(names), Place(BEFORE)
    commands.run(forms(BEFORE, changes).cli, place)
    assert said(place.snapshot) == said(apply(BEFORE, changes))


@pytest.mark.slow
@FEW
@given(several)
def test_in_a_template(names: list[str]) -> None:
    changes, place = legal(names), Place(BEFORE)
    template.deploy(forms(BEFORE, changes).cloudformation, place)
    assert said(place.snapshot, sids=False) == said(apply(BEFORE, changes), sids=False)


@pytest.mark.slow
@FEW
@given(several)
def test_in_terraform(names: list[str]) -> None:
    changes, place = legal(names), Place(BEFORE)
    hcl.deploy(forms(BEFORE, changes).terraform, place)
    assert said(place.snapshot) == said(apply(BEFORE, changes))


def test_a_policy_names_somebody_by_the_arn_as_long_as_he_is_there() -> None:
    """AWS takes no ids that it made of the names of those who were deleted."""
    changes = [*CASES["the policy of dynamodb:eu-west-1:111111111111:table/orders"], *CASES["a user deleted"]]
    text = forms(BEFORE, changes).cli
    assert "AIDA" not in text
    assert text.index("dynamodb put-resource-policy") < text.index("iam delete-user ")
    assert text.count("put-resource-policy") == 1


def test_a_mapping_that_changes_make_has_no_uuid_yet() -> None:
    [made] = CASES["a mapping of a queue"]
    after = apply(BEFORE, [made])
    found = forms(after, [RemoveMapping(source=queue("other"))])
    assert found.cli.splitlines()[1:] == [
        "# the mapping of other to f:live goes by the uuid that AWS gives it when it is made"
    ]
