"""What code calls: the key that encrypts what is called, and calls that a file declares or denies.

Sources: Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)"; IAM User Guide,
"Troubleshoot access denied error messages".
"""

from __future__ import annotations

from pathlib import Path

import pytest

from models.answer import FindingAnswer
from models.errors import InputError
from models.snapshot import CodeCall
from simulator.answers.diagnose import diagnose
from simulator.diagnosis.denials import denials
from simulator.scenario.calls_file import Declared, read_calls, with_calls
from simulator.world import World
from tests.worlds import LAMBDA_TRUST, ONE, Builder, Json, allow, function, queue, role

READER, OTHER, JOB = function("reader"), function("other"), role("job")
BUCKET, KEY = "arn:aws:s3:::docs", f"arn:aws:kms:eu-west-1:{ONE}:key/k"
OPEN_KEY = allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{ONE}:root"})
GET = CodeCall(actions=("s3:GetObject",), resources=(f"{BUCKET}/*",))


def world(*allowed: Json, key: tuple[Json, ...] = (OPEN_KEY,), calls: tuple[CodeCall, ...] = (GET,)) -> World:
    made = Builder()
    made.role(JOB, LAMBDA_TRUST, *allowed)
    made.function(READER, role=JOB, code_calls=calls)
    made.function(OTHER, role=JOB)
    made.resource(BUCKET, "s3:bucket", ONE, attributes={"KMSMasterKeyID": KEY})
    made.resource(queue("q"), "sqs:queue", ONE)
    made.resource(KEY, "kms:key", ONE, *key)
    return made.world()


def finding(found: World) -> FindingAnswer:
    (row,) = [row for row in diagnose(found, READER).findings if row.check == "code-calls"]
    return row


READS = allow("s3:GetObject", f"{BUCKET}/*")


def test_who_reads_an_encrypted_object_needs_to_decrypt_with_its_key() -> None:
    lacking = finding(world(READS))
    assert (lacking.verdict, [(grant.action, grant.resource) for grant in lacking.missing]) == (
        "fail",
        [("kms:Decrypt", KEY)],
    )
    assert finding(world(READS, allow("kms:Decrypt", KEY))).verdict == "pass"


def test_the_key_policy_has_to_let_the_account_in() -> None:
    found = finding(world(READS, allow("kms:Decrypt", KEY), key=(allow("kms:*", "*", Principal={"AWS": role("x")}),)))
    assert (found.verdict, [grant.side for grant in found.missing]) == ("fail", ["resource"])


def test_a_bucket_that_the_snapshot_does_not_hold_is_taken_to_have_no_key_of_its_own() -> None:
    elsewhere = CodeCall(actions=("s3:GetObject",), resources=("arn:aws:s3:::elsewhere/*",))
    answer = diagnose(world(allow("s3:*", "*"), calls=(elsewhere,)), READER)
    assert [row.verdict for row in answer.findings if row.check == "code-calls"] == ["pass"]
    assert any("the encryption" in fact.reason for fact in answer.assumes)


DENIED = f"""\
2026-11-20T10:00:00Z ClientError: User: arn:aws:sts::{ONE}:assumed-role/job/reader is not authorized to perform: \
sqs:SendMessage on resource: {queue("q")} because no identity-based policy allows the sqs:SendMessage action
{{"errorMessage": "User: arn:aws:sts::{ONE}:assumed-role/job/other is not authorized to perform: kms:Decrypt"}}
User: arn:aws:iam::{ONE}:user/dev is not authorized to perform: lambda:InvokeFunction on resource: {READER}
"""


def test_denials_are_read_from_whatever_text_they_stand_in() -> None:
    assert [(one.function, one.action, one.resource) for one in denials(DENIED)] == [
        ("reader", "sqs:SendMessage", queue("q")),
        ("other", "kms:Decrypt", "*"),
        (None, "lambda:InvokeFunction", READER),
    ]


def test_what_the_code_of_a_function_was_denied_it_calls(tmp_path: Path) -> None:
    file = tmp_path / "denied.log"
    file.write_text(DENIED * 2)
    sent = Declared(READER, CodeCall(actions=("sqs:SendMessage",), resources=(queue("q"),)))
    decrypted = Declared(OTHER, CodeCall(actions=("kms:Decrypt",), resources=("*",)))
    assert read_calls(world(), file, None) == (sent, decrypted)
    assert read_calls(world(), file, READER) == (sent,)
    found = World(with_calls(world(calls=()).snapshot, (sent,)))
    assert [grant.action for grant in finding(found).missing] == ["sqs:SendMessage"]


def test_a_file_declares_calls_of_the_function_that_is_asked_about_or_of_each_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "calls.yaml"
    file.write_text(
        "calls:\n  - {actions: s3:GetObject, on: docs}\n"
        "functions:\n  other:\n    - {actions: [sqs:SendMessage], on: [q, 'arn:aws:sqs:*:*:z']}\n"
    )
    assert [(one.function, one.call.resources) for one in read_calls(world(), file, READER)] == [(READER, (BUCKET,))]
    assert [one.call.resources for one in read_calls(world(), file, OTHER)][1] == (queue("q"), "arn:aws:sqs:*:*:z")


@pytest.mark.parametrize(
    "text, problem",
    [
        pytest.param(
            "calls:\n  - {action: s3:GetObject, on: docs}\n", "2:6: calls[0].action: unknown key", id="a slip"
        ),
        pytest.param("calls:\n  - {actions: s3:GetObject, on: docs}\n", "names no function", id="of no function"),
        pytest.param("nothing here\n", "is a mapping with `calls` or `functions`", id="something else"),
        pytest.param("functions: {}\n", "says of no call", id="nothing declared"),
    ],
)
def test_bad_files_are_refused_in_one_line(text: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "calls.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        read_calls(world(), file, None)
    assert problem in str(caught.value)
    assert str(file) in str(caught.value)
