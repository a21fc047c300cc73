"""Every rule of a diagnosis: what it tells of, why it matters, and where AWS says so. Code, tests and docs/rules.md
read this table; a rule's id is stable.

`verdict` is what a finding comes to where the rule isn't held to: `fail` where the function or what invokes it doesn't
work, `warning` where it works and something is lost, or left open, `pass` where there is only something to say. The
scenario of each rule, `scenarios/rule-ID.yaml`, has a function that isn't held to it, and one that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.finding import Verdict


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    part: Literal["execution role", "configuration", "callers", "function policy", "function URL", "event sources"]
    what: str
    why: str
    source: str
    verdict: Verdict = Verdict.FAIL


def _guide(*titles: str) -> str:
    return "Lambda Developer Guide, " + ", ".join(f'"{title}"' for title in titles)


ROLE = _guide("Defining Lambda function permissions with an execution role")
POLICY = _guide("Granting other AWS entities access to your Lambda functions")
SERVICES = _guide("Granting Lambda function access to AWS services")
URLS = _guide("Control access to Lambda function URLs")
ASYNC = _guide("Capturing records of Lambda asynchronous invocations")
LAYERS = _guide("Granting Lambda layer access to other accounts")
_WARNING, _NOTE = Verdict.WARNING, Verdict.PASS

_TABLE = (
    Rule(
        "execution-role",
        "execution role",
        "The function has an execution role, and it exists.",
        "Lambda runs the code with the role's permissions; without the role the function can't be invoked.",
        ROLE,
    ),
    Rule(
        "role-not-assumable",
        "execution role",
        "The execution role's trust policy lets lambda.amazonaws.com assume it.",
        "Creating and updating the function fail with `The role defined for the function cannot be assumed by Lambda.`",
        ROLE,
    ),
    Rule(
        "log-permissions",
        "execution role",
        "The execution role may write to the function's log group.",
        "The function runs, and its logs are lost without a word.",
        _guide("Sending Lambda function logs to CloudWatch Logs"),
        _WARNING,
    ),
    Rule(
        "logs-group-mismatch",
        "execution role",
        "Where the function writes to a log group of its own choice, the execution role may write to that one.",
        "A policy made for /aws/lambda/ doesn't cover a log group of another name: the logs are lost without a word.",
        _guide("Configuring CloudWatch log groups"),
        _WARNING,
    ),
    Rule(
        "tracing-permissions",
        "execution role",
        "Where tracing is active, the execution role may send traces to X-Ray.",
        "The function runs, and its traces are lost without a word.",
        _guide("Visualize Lambda function invocations using AWS X-Ray"),
        _WARNING,
    ),
    Rule(
        "vpc-permissions",
        "execution role",
        "In a VPC, the execution role may create, describe and delete network interfaces, on all resources.",
        "Lambda can't connect the function to the VPC: `The provided execution role does not have permissions to call "
        "CreateNetworkInterface on EC2`.",
        _guide("Giving Lambda functions access to resources in an Amazon VPC"),
    ),
    Rule(
        "vpc-further-permissions",
        "execution role",
        "In a VPC, the execution role may also describe subnets, and assign and unassign private addresses.",
        "AWS lists them with the three that Lambda checks; without them connecting to the VPC may fail.",
        _guide("Giving Lambda functions access to resources in an Amazon VPC"),
        _WARNING,
    ),
    Rule(
        "dead-letter-permissions",
        "execution role",
        "The execution role's own policies let it send to the dead-letter queue or topic.",
        "What failed is lost; creating or updating the function fails with `The provided execution role does not have "
        "permissions to call SendMessage on SQS`.",
        ASYNC,
    ),
    Rule(
        "dead-letter-key",
        "execution role",
        "The execution role may use the key that encrypts the dead-letter queue or topic.",
        "Nothing can be sent to what is encrypted with a key that the role may not use.",
        ASYNC,
    ),
    Rule(
        "destination-permissions",
        "execution role",
        "The execution role may send to each destination of asynchronous invocations.",
        "Records are lost; the metric DestinationDeliveryFailures counts them.",
        ASYNC,
    ),
    Rule(
        "destination-key",
        "execution role",
        "The execution role may use the keys that encrypt the destinations.",
        "Nothing can be sent to what is encrypted with a key that the role may not use.",
        ASYNC,
    ),
    Rule(
        "file-system-mount",
        "execution role",
        "The execution role may mount the file system.",
        "The function fails before its code runs, with EFSMountFailureException or S3FilesMountFailureException.",
        _guide("Configuring Amazon EFS file system access"),
    ),
    Rule(
        "file-system-write",
        "execution role",
        "The execution role may write to the file system that it mounts.",
        "The function can read and not write; that is enough where it only reads.",
        _guide("Configuring Amazon EFS file system access"),
        _WARNING,
    ),
    Rule(
        "file-system-direct-read",
        "execution role",
        "The execution role may read the bucket behind a file system of Amazon S3 Files directly.",
        "Reads go through the file system instead, and are slower.",
        _guide("Configuring Amazon S3 Files access"),
        _NOTE,
    ),
    Rule(
        "file-system-network",
        "configuration",
        "A function with a file system is in a VPC.",
        "A file system is reached through a VPC only.",
        _guide("Configuring Amazon EFS file system access"),
    ),
    Rule(
        "insights-permissions",
        "execution role",
        "With the layer of Lambda Insights, the execution role may write to its log group.",
        "The function runs, and its metrics are lost without a word.",
        'Amazon CloudWatch User Guide, "Lambda Insights"',
        _WARNING,
    ),
    Rule(
        "signals-permissions",
        "execution role",
        "With the layer of Application Signals, the execution role may send traces and write to its log group.",
        "The function runs, and its signals are lost without a word.",
        'Amazon CloudWatch User Guide, "Enable your applications on Lambda"',
        _WARNING,
    ),
    Rule(
        "durable-permissions",
        "execution role",
        "The execution role of a durable function may checkpoint its executions and read their state.",
        "Executions fail at their first step.",
        _guide("Security and permissions for Lambda durable functions"),
    ),
    Rule(
        "code-calls",
        "execution role",
        "The execution role may do what the code is said to do.",
        "The call fails in the code with AccessDenied, whoever invoked the function.",
        ROLE,
    ),
    Rule(
        "self-assume-unneeded",
        "execution role",
        "The execution role isn't made to assume itself.",
        "Lambda hands the role's credentials to the code: calling sts:AssumeRole for one's own role is not needed, and "
        "without a trust policy that names the role it fails.",
        ROLE,
        _NOTE,
    ),
    Rule(
        "managed-policy-version",
        "execution role",
        "An AWS managed policy on the role says what the published version says that comes with permgraph.",
        "The account's document is used; what was published with permgraph differs.",
        _guide("Working with AWS managed policies in the execution role"),
        _WARNING,
    ),
    Rule(
        "image-permissions",
        "configuration",
        "The policy of another account's repository lets Lambda read the function's image.",
        "`Lambda does not have permission to access the ECR image. Check the ECR permissions.`",
        _guide("Create a Lambda function using a container image"),
    ),
    Rule(
        "image-permissions-own",
        "configuration",
        "The policy of the account's own repository lets Lambda read the function's image.",
        "Lambda adds that itself when the function is created, if the creator may; else the image can't be read.",
        _guide("Create a Lambda function using a container image"),
        _WARNING,
    ),
    Rule(
        "layer-access",
        "configuration",
        "The policy of another account's layer version lets the function's account use it.",
        "The function keeps running; the next change of its configuration fails.",
        LAYERS,
        _NOTE,
    ),
    Rule(
        "environment-key-state",
        "configuration",
        "The key that encrypts the environment is enabled.",
        "Invocations fail with KMSDisabledException, KMSInvalidStateException or KMSNotFoundException.",
        _guide("Securing Lambda environment variables"),
    ),
    Rule(
        "caller-lacks",
        "callers",
        "Whoever was given half of a permission to invoke the function has the other half.",
        "One side allows it by name and the other doesn't: the call fails with AccessDeniedException.",
        POLICY,
    ),
    Rule(
        "callers",
        "callers",
        "Somebody may invoke the function.",
        "Without a caller, a trigger or an event source mapping the function never runs.",
        POLICY,
        _NOTE,
    ),
    Rule(
        "covers-other-functions",
        "callers",
        "An identity-based policy that names the function doesn't cover other functions by the way.",
        "`function:orders*` covers the function, its versions and aliases, and every function whose name begins so.",
        _guide("Fine-tuning the Resources and Conditions sections of policies"),
        _WARNING,
    ),
    Rule(
        "confused-deputy",
        "function policy",
        "A statement for a service says for which source, or for whose.",
        "Without it the service invokes the function for anybody's resources.",
        SERVICES,
        _WARNING,
    ),
    Rule(
        "orphan-source",
        "function policy",
        "The source that a statement for a service names exists.",
        "The permission is left over; a bucket of that name can be made by anybody.",
        SERVICES,
        _WARNING,
    ),
    Rule(
        "public-access",
        "function policy",
        "No statement lets everybody in.",
        "Anybody in any account may invoke the function.",
        POLICY,
        _WARNING,
    ),
    Rule(
        "organization-wide",
        "function policy",
        "No statement lets a whole organization in.",
        "Every principal of the organization to whom its own account allows it may invoke the function.",
        _guide("Granting Lambda function access to an organization"),
        _WARNING,
    ),
    Rule(
        "whole-account",
        "function policy",
        "No statement lets a whole other account in.",
        "Every principal of that account to whom it allows it may invoke the function.",
        _guide("Granting Lambda function access to other accounts"),
        _WARNING,
    ),
    Rule(
        "dangling-principal",
        "function policy",
        "No statement names a principal that was deleted.",
        "It matches nobody ever again, and AddPermission fails with `The provided principal was invalid` until the "
        "statement is removed.",
        'IAM User Guide, "AWS JSON policy elements: Principal"',
        _WARNING,
    ),
    Rule(
        "principal-not-there",
        "function policy",
        "The users and roles that statements name exist.",
        "A statement for somebody who isn't there lets nobody in.",
        'IAM User Guide, "AWS JSON policy elements: Principal"',
        _WARNING,
    ),
    Rule(
        "matches-no-caller",
        "function policy",
        "Every statement can match a request.",
        "A statement about another ARN than the one it is on, or about an action that can't be given so, does nothing.",
        POLICY,
        _WARNING,
    ),
    Rule(
        "policy-size",
        "function policy",
        "The function's policy has room for further statements.",
        "AddPermission fails with `The final policy size is bigger than the limit (20480)`.",
        _guide("Lambda quotas"),
        _WARNING,
    ),
    Rule(
        "url-both-actions",
        "function URL",
        "Whoever may call the function URL has both actions, lambda:InvokeFunctionUrl and lambda:InvokeFunction.",
        "Since November 2026 both are asked for with every URL; a policy with the first only is answered 403.",
        URLS,
    ),
    Rule(
        "url-access",
        "function URL",
        "Somebody may call the function URL.",
        "Every call is answered 403 Forbidden.",
        URLS,
    ),
    Rule(
        "trigger",
        "event sources",
        "Each configured trigger may invoke the function that it is configured for.",
        "The event is delivered to nobody; most services say so only in metrics or logs of their own.",
        SERVICES,
    ),
    Rule(
        "mapping",
        "event sources",
        "The execution role may read each source that an enabled event source mapping polls.",
        "The mapping reads nothing; it is disabled, or its last result is a PROBLEM.",
        _guide("How Lambda processes records from stream and queue-based event sources"),
    ),
)

_PARTS = ("execution role", "configuration", "callers", "function policy", "function URL", "event sources")

#: By id, part by part.
RULES: Mapping[str, Rule] = {rule.id: rule for rule in sorted(_TABLE, key=lambda rule: _PARTS.index(rule.part))}
