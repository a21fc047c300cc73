"""How much of something AWS takes: the highest that a quota can be raised to, since who has raised it nobody tells.

Sources: IAM User Guide, "IAM and AWS STS quotas"; Organizations User Guide, "Quotas and service limits for AWS
Organizations"; Lambda Developer Guide, "Lambda quotas"; Lambda API Reference, "UpdateFunctionConfiguration". Sizes of
policies are in `simulator.policy.limits`.
"""

from __future__ import annotations

from collections.abc import Mapping

from models.snapshot import Group, Role, User

#: Managed policies attached: 10 each by default.
ATTACHED: Mapping[type, int] = {User: 20, Group: 10, Role: 25}
#: Of a managed policy; this one can't be raised.
VERSIONS = 5
#: Groups that a user is in.
GROUPS = 10
#: Characters of the names of users and roles.
NAME = 64
#: Policies attached directly to a root, OU or account.
ON_A_LEVEL: Mapping[str, int] = {"scp": 10, "rcp": 5}

#: Of a function.
LAYERS = 5
FILE_SYSTEMS = 1
SUBNETS = 16
SECURITY_GROUPS = 5
