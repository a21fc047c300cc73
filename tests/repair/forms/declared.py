"""What a form declares, or has edited elsewhere: read of a template or of Terraform."""

from __future__ import annotations

from dataclasses import dataclass

from tests.repair.forms.meaning import Json


@dataclass(frozen=True)
class Declared:
    """A resource, or what is to be edited (`name`) in one; `properties` None: it is to be deleted.

    `imported` is the id by which Terraform takes over what is there.
    """

    type: str
    properties: Json | None
    account: str
    region: str | None
    name: str | None = None
    imported: str | None = None

    @property
    def kept(self) -> Json:
        assert self.properties is not None
        return self.properties

    @property
    def edited(self) -> str:
        assert self.name is not None
        return self.name

    @property
    def identity(self) -> str:
        """`user`, `group` or `role`, of a type of IAM that says so."""
        return self.type.removeprefix("AWS::IAM::").removeprefix("aws_iam_").split("_")[0].lower()


def deletions_first(found: list[Declared]) -> list[Declared]:
    """Nothing else can be there as long as what is deleted is."""
    return sorted(found, key=lambda one: one.properties is not None)
