"""What a scenario file may not hold: each refused with one line that says where, what, and what was meant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from models.errors import InputError
from simulator.scenario import load, source

HEAD = """\
name: x
accounts: {ours: "111111111111", theirs: "222222222222"}
"""

REFUSED = [
    pytest.param("", "x.yaml: the file is empty", id="an empty file"),
    pytest.param("# nothing\n", "x.yaml: the file is empty", id="a file of comments"),
    pytest.param("- a\n", "x.yaml:1:1: a scenario is a mapping with `name` and `accounts`", id="a list"),
    pytest.param("name: [\n", "x.yaml:2:1: not YAML: expected the node content, but found", id="not YAML"),
    pytest.param("name: a\x07b", "x.yaml: not YAML: unacceptable character", id="a control character"),
    pytest.param("name: a\nname: b\n", "x.yaml:2:1: `name` is written twice, first in line 1", id="a duplicate key"),
    pytest.param(
        HEAD + "users:\n  ours/a: {}\n  ours/a: {}\n",
        "x.yaml:5:3: `ours/a` is written twice, first in line 4",
        id="a duplicate name",
    ),
    pytest.param(
        "name: !!python/object:os.system x\n",
        "x.yaml:1:7: YAML tags are not allowed: `tag:yaml.org,2002:python/object:os.system`",
        id="a tag",
    ),
    pytest.param("!x a: 1\n", "x.yaml:1:1: YAML tags are not allowed: `!x`", id="a tag on a key"),
    pytest.param("name: &a [*a]\n", "x.yaml:1:11: alias `*a` stands for what it is in", id="recursion"),
    pytest.param("name: *a\n", "x.yaml:1:7: alias `*a` stands for nothing before it", id="an alias of nothing"),
    pytest.param("a: &a {x: 1}\n<<: *a\n", "x.yaml:2:1: merge keys (`<<`) are not allowed", id="a merge key"),
    pytest.param("[[[[" * 100, "x.yaml:1:52: nested too deeply: more than 50 levels", id="deep nesting"),
    pytest.param("name: a\n---\nname: b\n", "x.yaml:2:1: a second document", id="two documents"),
    pytest.param(
        "name: x\nusers: {{ours}}\n", "x.yaml:2:9: a key is a text; a value that begins with `{{` needs quotes", id="{{"
    ),
    pytest.param(
        "name: x\naccounts: {ours: 012345678901}\n",
        "x.yaml:2:18: `012345678901` must be quoted: YAML reads it as a number, and drops the zero",
        id="an account number that YAML would change",
    ),
    pytest.param(
        "name: x\naccounts: {ours: 1234}\n",
        "x.yaml:2:18: accounts.ours: `1234` is not an account number of 12 digits",
        id="a short account number",
    ),
    pytest.param(
        'name: x\naccounts: {a: "111111111111", b: "111111111111"}\n',
        "x.yaml:2:34: accounts.b: `111111111111` is `a` already",
        id="one account twice",
    ),
    pytest.param("name: x\n", "x.yaml:1:1: needs `accounts`", id="no accounts"),
    pytest.param(
        HEAD + "policies:\n  p: {default: v3, versions: {v1: {Statement: []}}}\n",
        "x.yaml:4:6: policies.p: has no version `v3` to be the default",
        id="a policy whose default version isn't there",
    ),
    pytest.param(
        HEAD + "policies:\n  p: {default: v1, versions: {v1: {Version: '2012-10-17', Statement: [{Effect: Allow}]}}}\n",
        "x.yaml:4:71: policies.p.versions.v1.Statement[0]",
        id="a version that AWS would refuse",
    ),
    pytest.param(
        HEAD
        + "organization: {id: o-a1b2c3d4e5, management: ours, root: {scps: p}}\n"
        + "policies:\n  p: {default: v1, versions: {v1: {Version: '2012-10-17', Statement: []}}}\n",
        "x.yaml:5:3: policies.p: only a managed policy has versions",
        id="an SCP with versions",
    ),
    pytest.param(
        HEAD + "rolse: {}\n", "x.yaml:3:1: rolse: unknown key `rolse`; did you mean `roles`?", id="an unknown key"
    ),
    pytest.param(
        HEAD + "roles:\n  ours/r: {trust_polcy: {AWS: ours}}\n",
        "x.yaml:4:12: roles.ours/r.trust_polcy: unknown key `trust_polcy`",
        id="an unknown key within",
    ),
    pytest.param(
        HEAD + "roles:\n  ours/r: {trust: {AWs: ours}}\n",
        "x.yaml:4:20: roles.ours/r.trust.AWs: unknown key `AWs`; did you mean `AWS`?",
        id="an unknown key in a short form",
    ),
    pytest.param(
        HEAD + "users:\n  ours/u: {tags: {a: [1]}}\n",
        "x.yaml:4:22: users.ours/u.tags.a: must be text, not a list",
        id="a list where text belongs",
    ),
    pytest.param(
        HEAD + "users:\n  ours/u: {groups: 5}\n",
        "x.yaml:4:20: users.ours/u.groups: must be a list, not the number `5`",
        id="a number where a list belongs",
    ),
    pytest.param(
        HEAD + "users:\n  uors/u: {}\n",
        "x.yaml:4:3: users.uors/u: unknown account `uors`; did you mean `ours`?",
        id="an unknown account",
    ),
    pytest.param(
        HEAD + "users:\n  u: {}\n",
        "x.yaml:4:3: users.u: `u` needs its account: `account/u`",
        id="a name without account",
    ),
    pytest.param(
        HEAD + "users:\n  ours/a b: {}\n",
        'x.yaml:4:3: users."ours/a b": `a b` is not a name that AWS would take',
        id="a name that AWS refuses",
    ),
    pytest.param(
        HEAD + "resources:\n  ours/api/prod/$default: {type: 'execute-api:route'}\n",
        "`api/prod/$default` is not a name that AWS would take: give it a name of its own, and write its ARN as `arn`",
        id="the ARN of a route that is no name",
    ),
    pytest.param(
        HEAD + "resources:\n  ours/q: {type: 'sqs:queue', arn: 'arn:aws:sqs:eu-west-1:222222222222:*'}\n",
        "`arn:aws:sqs:eu-west-1:222222222222:*` is not an ARN",
        id="an ARN of several queues",
    ),
    pytest.param(
        HEAD + "groups:\n  ours/developers: {}\nusers:\n  ours/u: {groups: [ours/develpers]}\n",
        "x.yaml:6:21: users.ours/u.groups[0]: unknown name `ours/develpers`; did you mean `ours/developers`?",
        id="an unknown reference",
    ),
    pytest.param(
        HEAD + "groups:\n  theirs/g: {}\nusers:\n  ours/u: {groups: [theirs/g]}\n",
        "x.yaml:6:21: users.ours/u.groups[0]: `theirs/g` is a group of another account",
        id="a group of another account",
    ),
    pytest.param(
        HEAD + "functions:\n  ours/f: {role: ours/f}\n",
        "x.yaml:4:18: functions.ours/f.role: `ours/f` is a function, not a role",
        id="a function where a role belongs",
    ),
    pytest.param(
        HEAD + "users:\n  ours/x: {}\nroles:\n  ours/x: {trust: {AWS: x}}\n",
        "x.yaml:6:25: roles.ours/x.trust.AWS: `x` may be `ours:user/x` or `ours:role/x`: write one of them",
        id="a name that two have",
    ),
    pytest.param(
        HEAD + 'roles:\n  ours/r: {trust: {AWS: "arn:aws:iam:role/r"}}\n',
        "x.yaml:4:25: roles.ours/r.trust.AWS: `arn:aws:iam:role/r` is not an ARN",
        id="a bad ARN",
    ),
    pytest.param(
        HEAD + "triggers:\n  - {service: s3, from: 'arn:aws:s3:::b', to: 'arn:aws:lambda:eu-west-1:1:function:f'}\n",
        "x.yaml:4:15: triggers[0].service: `s3` is not a service principal, such as s3.amazonaws.com",
        id="a service's name where its principal belongs",
    ),
    pytest.param(
        HEAD + 'resources:\n  ours/q: {type: "sqs:queue", arn: "arn:aws:sqs:q"}\n',
        "x.yaml:4:36: resources.ours/q.arn: `arn:aws:sqs:q` is not an ARN",
        id="a bad ARN of a resource",
    ),
    pytest.param(
        HEAD + 'users:\n  ours/dev: {}\nroles:\n  ours/r: {trust: {AWS: "arn:aws:iam::111111111111:user/de"}}\n',
        "x.yaml:6:25: roles.ours/r.trust.AWS: unknown user `arn:aws:iam::111111111111:user/de`; did you mean",
        id="the ARN of a user that isn't there",
    ),
    pytest.param(
        HEAD + "resources:\n  ours/q: {type: sqs:queu}\n",
        "x.yaml:4:18: resources.ours/q.type: unknown type `sqs:queu`; did you mean `sqs:queue`?",
        id="an unknown type",
    ),
    pytest.param(
        HEAD + "resources:\n  ours/q: {type: sqs:queue, notifies: [{to: ours/f}]}\n",
        "x.yaml:4:29: resources.ours/q.notifies: only a resource of type s3:bucket has `notifies`",
        id="a queue that notifies",
    ),
    pytest.param(
        HEAD + "functions:\n  ours/f: {versions: [1], aliases: {live: 2}}\n",
        "x.yaml:4:43: functions.ours/f.aliases.live: no version `2`; it has 1",
        id="an alias of no version",
    ),
    pytest.param(
        HEAD + "functions:\n  ours/f: {versions: [1], aliases: {live: 1}, permit: [{account: ours, qualifier: liv}]}\n",
        "functions.ours/f.permit[0].qualifier: `ours/f` has no version or alias `liv`; did you mean `live`?",
        id="a permit on no alias",
    ),
    pytest.param(
        HEAD + "functions:\n  ours/f: {permit: [{source: x}]}\n",
        "functions.ours/f.permit[0]: needs exactly one of service, principal, account, organization",
        id="a permit for nobody",
    ),
    pytest.param(
        HEAD + 'functions:\n  ours/f: {permit: [{service: s3.amazonaws.com, source: "arn:aws:s3:::b"}]}\n',
        "functions.ours/f.permit[0]: a bucket's ARN has no account: write `source_account` too",
        id="a bucket without its owner",
    ),
    pytest.param(
        HEAD + "users:\n  ours/u: {attach: AWSLambdaBasicExecutionRol}\n",
        "x.yaml:4:20: users.ours/u.attach: unknown policy `AWSLambdaBasicExecutionRol`; did you mean",
        id="an unknown managed policy",
    ),
    pytest.param(
        HEAD + "users:\n  ours/u: {allow: [{actions: lambda, on: '*'}]}\n",
        "x.yaml:4:20: users.ours/u.allow[0]: `lambda` is not an action such as `lambda:InvokeFunction`",
        id="an action that is none",
    ),
    pytest.param(
        HEAD
        + """\
users:
  ours/u:
    policies:
      p:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: s3:GetObject
            Resource: "*"
            Condition:
              StringLikes: {aws:userid: x}
""",
        "x.yaml:13:28: users.ours/u.policies.p.Statement[0].Condition.StringLikes: "
        "condition operator `StringLikes` is not supported; did you mean `StringLike`?",
        id="a policy that AWS refuses, at its element",
    ),
    pytest.param(
        HEAD
        + "users:\n  ours/u:\n    policies:\n"
        + "      p: {Statement: {Effect: Allow, Action: '*', Resource: '{{ours/q}}'}}\n",
        "x.yaml:6:61: users.ours/u.policies.p.Statement.Resource: unknown name `ours/q`",
        id="an unknown name in a document",
    ),
    pytest.param(
        HEAD + "users:\n  ours/u: {policies: {p: {file: ../p.json}}}\n",
        "x.yaml:4:33: users.ours/u.policies.p.file: `../p.json` is not in the scenario's folder",
        id="a file outside the folder",
    ),
    pytest.param(
        HEAD + "users:\n  ours/u: {policies: {p: {file: none.json}}}\n",
        "x.yaml:4:33: users.ours/u.policies.p.file: no such file `none.json`",
        id="a file that isn't there",
    ),
    pytest.param(
        HEAD + "expect:\n  - {path: {from: ours, to: theirs}, status: allowd}\n",
        "x.yaml:4:46: expect[0].status: `allowd` is not one of allowed, conditional, unknown, missing, denied, none; "
        "did you mean `allowed`?",
        id="an unknown status",
    ),
    pytest.param(
        HEAD + "expect:\n  - {pathh: {from: ours, to: theirs}, status: allowed}\n",
        "x.yaml:4:5: expect[0]: asks nothing: needs one of path, can, can_manage, edge, reach, who_can, diagnose; "
        "did you mean `path`?",
        id="an unknown question",
    ),
    pytest.param(
        HEAD + "expect:\n  - {path: {from: ours, to: theirs}}\n",
        "x.yaml:4:5: expect[0]: asks, but expects nothing of the answer",
        id="a question without an expectation",
    ),
    pytest.param(
        HEAD + "users:\n  ours/dev: {}\nexpect:\n  - {path: {from: ours/dve, to: ours/dev}, status: none}\n",
        "x.yaml:6:19: expect[0].path.from: unknown name `ours/dve`; did you mean `ours/dev`?",
        id="an unknown name in an expectation",
    ),
    pytest.param(
        HEAD + "what_if:\n  - {name: y, changes: [{change: attach_polic}]}\n",
        "x.yaml:4:25: what_if[0].changes[0]: `attach_polic` is not one of",
        id="an unknown change",
    ),
    pytest.param(
        HEAD
        + "users:\n  ours/u: {}\nwhat_if:\n"
        + "  - {name: y, changes: [{change: detach_policy, holder: u, policy: SecurityAudit}]}\n",
        "x.yaml:6:25: what_if[0].changes[0]: policy `arn:aws:iam::aws:policy/SecurityAudit` is not attached to",
        id="a change that AWS refuses",
    ),
    pytest.param(
        HEAD
        + "organization: {id: o-a1b2c3d4e5, management: ours, "
        + "ous: {a: {accounts: [theirs]}, b: {accounts: [theirs]}}}\n",
        "organization.ous.b.accounts[0]: account `theirs` is in another unit already",
        id="an account in two units",
    ),
    pytest.param(
        HEAD + "organization: {id: o-a1b2c3d4e5, management: ours, root: {scps: [FullAWSAces]}}\n",
        "organization.root.scps[0]: unknown policy `FullAWSAces`; did you mean `FullAWSAccess`?",
        id="an unknown SCP",
    ),
]


@pytest.mark.parametrize("text, problem", REFUSED)
def test_refused(text: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(Path("x.yaml"))
    message = str(caught.value)
    assert message.startswith("x.yaml:")
    assert problem in message
    assert "\n" not in message


def test_aliases_that_explode_are_refused(tmp_path: Path) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for number in range(1, 9):
        rows.append(f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]")
    file = tmp_path / "x.yaml"
    file.write_text("\n".join(rows))
    with pytest.raises(InputError, match="aliases stand for too much: more than 10,000 values"):
        load(file)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.yaml"
    with file.open("wb") as handle:
        handle.truncate(50_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
    with pytest.raises(InputError, match=r"too large: 50,000,000 bytes, where 5,000,000 are the most"):
        load(file)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, problem in (("none.yaml", "no such file"), (".", "not a file"), ("pipe", "not a file")):
        with pytest.raises(InputError, match=problem):
            load(tmp_path / name)


def test_bytes_that_are_not_utf8_are_refused_where_they_are(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(b"name: x\nsource: caf\xe9\n")
    with pytest.raises(InputError, match=r"x\.yaml:2:12: not UTF-8: byte 0xe9"):
        load(file)


def test_a_mistake_in_a_file_of_json_is_said_there(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"Statement": [,]}')
    (tmp_path / "twice.json").write_text('{"Version": "2012-10-17", "Version": "2012-10-17"}')
    file = tmp_path / "x.yaml"
    for name, problem in (
        ("p.json", r"p\.json:1:16: not JSON"),
        ("twice.json", r"twice\.json: `Version` is written twice"),
    ):
        file.write_text(HEAD + f"users:\n  ours/u: {{policies: {{p: {{file: {name}}}}}}}\n")
        with pytest.raises(InputError, match=problem):
            load(file)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "p.json").write_text("{}")
    (inside / "p.json").symlink_to(tmp_path / "p.json")
    file = inside / "x.yaml"
    file.write_text(HEAD + "users:\n  ours/u: {policies: {p: {file: p.json}}}\n")
    with pytest.raises(InputError, match="is not in the scenario's folder"):
        load(file)


def test_numbers_keep_their_text(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a: 111111111111\nb: 2012-10-17\nc: 5\nd: yes\ne: 0.5\nf:\ng: true\nh: '7'\n1: i\n")
    assert source.read_yaml(file).data == {
        "a": "111111111111",
        "b": "2012-10-17",
        "c": 5,
        "d": "yes",
        "e": 0.5,
        "f": None,
        "g": True,
        "h": "7",
        "1": "i",
    }
