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


def ordered(found: list[Declared]) -> list[Declared]:
    """Users and roles are deleted last: policies name them till then. But first where one is made anew."""
    made = {(one.type, name) for one in found if one.name is None for name in _names(one.kept)}

    def place(one: Declared) -> int:
        if one.properties is not None or one.type not in _DELETED:
            return 1
        return 0 if (one.type, one.edited) in made else 2

    return sorted(found, key=place)


_DELETED = ("AWS::IAM::User", "AWS::IAM::Role", "aws_iam_user", "aws_iam_role")


def _names(properties: Json) -> list[str]:
    return [properties[key] for key in ("UserName", "RoleName", "name") if key in properties]
