"""Terraform: HCL that parses, and declares what the changes do."""

from __future__ import annotations

import textwrap

import hcl2
import pytest

from models.change import Change
from simulator.changes import apply
from simulator.repair.forms import forms
from simulator.repair.forms.hcl import block
from simulator.repair.forms.said import Json
from tests.repair.forms.cases import BEFORE, CASES, UNSAID
from tests.repair.forms.hcl import deploy
from tests.repair.forms.meaning import Place, said


@pytest.mark.parametrize("changes", [pytest.param(rows, id=name) for name, rows in CASES.items()])
def test_terraform_declares_what_the_changes_do(changes: list[Change]) -> None:
    place = Place(BEFORE)
    deploy(forms(BEFORE, changes).terraform, place)
    assert said(place.snapshot) == said(apply(BEFORE, changes))


@pytest.mark.parametrize("changes", [pytest.param(rows, id=name) for name, rows in UNSAID.items()])
def test_what_terraform_does_not_say_declares_nothing(changes: list[Change]) -> None:
    assert "resource" not in hcl2.loads(forms(BEFORE, changes).terraform + "\n")


def test_it_is_written_as_terraform_fmt_leaves_it() -> None:
    arguments = {
        "name": "x",
        "policy": Json({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["a", "b"]}], "Id": "y"}),
        "role": "r",
        "function_name": "f",
        "destination_config": {"on_failure": {"destination": "q"}},
    }
    assert block('resource "aws_x" "y"', arguments) == textwrap.dedent(
        """\
        resource "aws_x" "y" {
          name = "x"
          policy = jsonencode({
            "Version" = "2012-10-17"
            "Statement" = [{
              "Effect" = "Allow"
              "Action" = ["a", "b"]
            }]
            "Id" = "y"
          })
          role          = "r"
          function_name = "f"
          destination_config {
            on_failure {
              destination = "q"
            }
          }
        }"""
    )
