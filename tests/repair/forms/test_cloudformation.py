"""Templates of CloudFormation: cfn-lint has nothing to say of them, and they declare what the changes do."""

from __future__ import annotations

import json

import pytest
from cfnlint.api import lint
from cfnlint.core import get_rules
from cfnlint.rules import RulesCollection

from models.change import Change
from simulator.changes import apply
from simulator.repair.forms import forms
from tests.repair.forms.cases import BEFORE, CASES, UNSAID
from tests.repair.forms.meaning import Place, said
from tests.repair.forms.template import deploy

#: Rules of cfn-lint about properties that are there: unknown ones, and values of another type, enumeration or pattern.
WRONG = ("E3002", "E3012", "E3030", "E3031")


@pytest.fixture(scope="module")
def rules() -> RulesCollection:
    # Reading them takes seconds.
    return get_rules([], [], ["I", "W", "E"])


def cases() -> list[object]:
    return [pytest.param(rows, id=name) for name, rows in CASES.items()]


@pytest.mark.slow
@pytest.mark.parametrize("changes", cases())
def test_cfn_lint_has_nothing_to_say(changes: list[Change], rules: RulesCollection) -> None:
    template = forms(BEFORE, changes).cloudformation
    if template["Resources"]:
        assert lint(json.dumps(template), rules, ["us-east-1"]) == []
    else:
        # CloudFormation refuses to make a stack of nothing: so nobody takes it for the change.
        assert template["Metadata"]["permgraph"]


@pytest.mark.slow
@pytest.mark.parametrize("changes", cases())
def test_what_is_to_be_edited_are_properties_of_the_type(changes: list[Change], rules: RulesCollection) -> None:
    """A whole resource has others, too."""
    notes = forms(BEFORE, changes).cloudformation.get("Metadata", {}).get("permgraph", [])
    for note in notes:
        properties = {name: value for name, value in note.get("Properties", {}).items() if value is not None}
        resource = {"Type": note["Type"], "Properties": properties}
        found = lint(json.dumps({"Resources": {"It": resource}}), rules, ["us-east-1"])
        assert [match for match in found if match.rule.id in WRONG] == []


@pytest.mark.parametrize("changes", cases())
def test_the_template_declares_what_the_changes_do(changes: list[Change]) -> None:
    place = Place(BEFORE)
    deploy(forms(BEFORE, changes).cloudformation, place)
    # CloudFormation gives permissions Sids of its own.
    assert said(place.snapshot, sids=False) == said(apply(BEFORE, changes), sids=False)


@pytest.mark.parametrize("changes", [pytest.param(rows, id=name) for name, rows in UNSAID.items()])
def test_what_no_template_says_declares_nothing(changes: list[Change]) -> None:
    assert forms(BEFORE, changes).cloudformation["Resources"] == {}
