"""A two-account organization on a moto server, built with boto3: for the collector's tests and the end-to-end ones.

Partner (111111111111) manages the organization and has the user dev and the role pipeline; ours (222222222222) has the
function orders with its alias live, the role invoker, and a bucket, a topic, a rule and a queue in front of orders.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3

REGION = "eu-west-1"
PARTNER = "111111111111"
OURS = "222222222222"
READER = f"arn:aws:iam::{OURS}:role/reader"
ORDERS = f"arn:aws:lambda:{REGION}:{OURS}:function:orders"
INBOX = "arn:aws:s3:::inbox-of-ours"
TOPIC = f"arn:aws:sns:{REGION}:{OURS}:news"
QUEUE = f"arn:aws:sqs:{REGION}:{OURS}:orders-queue"
RULE = f"arn:aws:events:{REGION}:{OURS}:rule/shop/placed"
BUS = f"arn:aws:events:{REGION}:{OURS}:event-bus/shop"
BASIC_EXECUTION = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
#: Stands in an environment variable of the function, and must never get into a snapshot.
SECRET = "hunter2-of-the-environment"


@contextlib.contextmanager
def moto_server(log: Path) -> Iterator[str]:
    """Run moto on a free loopback port, and yield its address; its output goes to `log`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(__file__).with_name("moto_main.py")
    environment = os.environ | {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
    # It would put everything into one account, whatever the keys say.
    environment.pop("MOTO_ACCOUNT_ID", None)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, program, OURS, "-H", "127.0.0.1", "-p", str(port)],
            stdout=output,
            stderr=output,
            env=environment,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_it_answers(address, process, log)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_until_it_answers(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/moto-api/", timeout=5):
                return
        except OSError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.05)
    raise AssertionError(f"moto did not start:\n{log.read_text()}")


def credentials(account: str, address: str) -> dict[str, str]:
    """Keys of an account, as environment variables: moto lets anybody take a role in any account."""
    anybody = boto3.client(
        "sts",
        endpoint_url=address,
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        aws_session_token="testing",
    )
    role = f"arn:aws:iam::{account}:role/administrator"
    taken = anybody.assume_role(RoleArn=role, RoleSessionName="builder")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": taken["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": taken["SecretAccessKey"],
        "AWS_SESSION_TOKEN": taken["SessionToken"],
    }


def session_of(account: str, address: str) -> boto3.Session:
    key, secret, token = credentials(account, address).values()
    return boto3.Session(key, secret, token, region_name=REGION)


def build(address: str) -> None:
    """Build both accounts and the organization."""
    _build_partner(session_of(PARTNER, address), address)
    _build_ours(session_of(OURS, address), address)
    _build_organization(session_of(PARTNER, address), address)


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str, resource: str | None = None, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action} | ({"Resource": resource} if resource else {}) | more


def _build_partner(session: boto3.Session, address: str) -> None:
    iam = session.client("iam", endpoint_url=address)
    iam.create_account_alias(AccountAlias="partner")
    iam.create_user(UserName="dev", Tags=[{"Key": "team", "Value": "blue"}])
    pipeline = f"arn:aws:iam::{PARTNER}:role/pipeline"
    iam.put_user_policy(UserName="dev", PolicyName="assume", PolicyDocument=policy(allow("sts:AssumeRole", pipeline)))
    iam.create_group(GroupName="developers")
    managed = iam.create_policy(PolicyName="look", PolicyDocument=policy(allow("lambda:List*", "*")))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="developers", PolicyArn=managed)
    iam.add_user_to_group(GroupName="developers", UserName="dev")
    trust = policy(allow("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{PARTNER}:user/dev"}))
    limits = iam.create_policy(PolicyName="limits", PolicyDocument=policy(allow("sts:AssumeRole", "*")))["Policy"][
        "Arn"
    ]
    iam.create_role(RoleName="pipeline", AssumeRolePolicyDocument=trust, PermissionsBoundary=limits)
    iam.put_role_policy(
        RoleName="pipeline",
        PolicyName="go",
        PolicyDocument=policy(allow("sts:AssumeRole", f"arn:aws:iam::{OURS}:role/invoker")),
    )
    iam.create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com",
        ClientIDList=["sts.amazonaws.com"],
        ThumbprintList=["a" * 40],
    )


def _build_ours(session: boto3.Session, address: str) -> None:
    iam = session.client("iam", endpoint_url=address)
    # The account as a whole is trusted, not pipeline by name: the missing edge of the end-to-end test.
    own = policy(allow("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{OURS}:root"}))
    iam.create_role(RoleName="invoker", AssumeRolePolicyDocument=own, Tags=[{"Key": "team", "Value": "red"}])
    iam.put_role_policy(
        RoleName="invoker",
        PolicyName="invoke",
        PolicyDocument=policy(allow("lambda:InvokeFunction", f"{ORDERS}:live")),
    )
    auditor = policy(allow("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{PARTNER}:role/auditor"}))
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=auditor)
    lambda_ = policy(allow("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"}))
    role = iam.create_role(RoleName="orders-role", AssumeRolePolicyDocument=lambda_)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="orders-role", PolicyArn=BASIC_EXECUTION)
    _build_function(session.client("lambda", endpoint_url=address), role)
    _build_sources(session, address)


def _build_function(client: Any, role: str) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): return None\n")
    layer = client.publish_layer_version(LayerName="shared", Content={"ZipFile": code.getvalue()})
    client.add_layer_version_permission(
        LayerName="shared", VersionNumber=1, StatementId="all", Action="lambda:GetLayerVersion", Principal=PARTNER
    )
    client.create_function(
        FunctionName="orders",
        Runtime="python3.13",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": {"PASSWORD": SECRET}},
        Layers=[layer["LayerVersionArn"]],
        Tags={"stage": "production"},
        TracingConfig={"Mode": "Active"},
    )
    client.publish_version(FunctionName="orders")
    client.create_alias(FunctionName="orders", Name="live", FunctionVersion="1")
    client.create_function_url_config(FunctionName="orders", Qualifier="live", AuthType="AWS_IAM")
    client.put_function_event_invoke_config(
        FunctionName="orders", DestinationConfig={"OnFailure": {"Destination": QUEUE}}
    )
    for sid, service, source in (("inbox", "s3", INBOX), ("news", "sns", TOPIC), ("placed", "events", RULE)):
        client.add_permission(
            FunctionName="orders",
            Qualifier="live",
            StatementId=sid,
            Action="lambda:InvokeFunction",
            Principal=f"{service}.amazonaws.com",
            SourceArn=source,
            SourceAccount=OURS,
        )


def _build_sources(session: boto3.Session, address: str) -> None:
    """Put a bucket, a topic, a rule and a queue in front of the alias."""
    live, name = f"{ORDERS}:live", INBOX.rpartition(":")[2]
    s3 = session.client("s3", endpoint_url=address)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "team", "Value": "red"}]})
    partner = {"AWS": f"arn:aws:iam::{PARTNER}:role/pipeline"}
    s3.put_bucket_policy(Bucket=name, Policy=policy(allow("s3:PutObject", f"{INBOX}/*", Principal=partner)))
    key_filter = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}}
    s3.put_bucket_notification_configuration(
        Bucket=name,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {"LambdaFunctionArn": live, "Events": ["s3:ObjectCreated:*"], "Filter": key_filter}
            ]
        },
    )
    sns = session.client("sns", endpoint_url=address)
    sns.create_topic(Name="news", Tags=[{"Key": "team", "Value": "red"}])
    sns.subscribe(TopicArn=TOPIC, Protocol="lambda", Endpoint=live)
    events = session.client("events", endpoint_url=address)
    events.create_event_bus(Name="shop")
    events.put_rule(Name="placed", EventBusName="shop", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="placed", EventBusName="shop", Targets=[{"Id": "orders", "Arn": live}])
    kms = session.client("kms", endpoint_url=address)
    kms.create_alias(AliasName="alias/q", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    sqs = session.client("sqs", endpoint_url=address)
    sqs.create_queue(
        QueueName="orders-queue",
        Attributes={"Policy": policy(allow("sqs:SendMessage", QUEUE, Principal=partner)), "KmsMasterKeyId": "alias/q"},
        tags={"team": "red"},
    )
    client = session.client("lambda", endpoint_url=address)
    client.create_event_source_mapping(EventSourceArn=QUEUE, FunctionName=live, Enabled=True)


def _build_organization(session: boto3.Session, address: str) -> None:
    """An organization with our account in an OU, and an SCP on it that denies leaving a region."""
    client = session.client("organizations", endpoint_url=address)
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    unit = client.create_organizational_unit(ParentId=root, Name="workloads")["OrganizationalUnit"]["Id"]
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        with contextlib.suppress(client.exceptions.PolicyTypeAlreadyEnabledException):
            client.enable_policy_type(RootId=root, PolicyType=kind)
    deny = {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}
    scp = client.create_policy(Name="stay", Description="", Type="SERVICE_CONTROL_POLICY", Content=policy(deny))
    client.attach_policy(PolicyId=scp["Policy"]["PolicySummary"]["Id"], TargetId=unit)
    client.create_account(AccountName="ours", Email="ours@example.com")
    client.move_account(AccountId=OURS, SourceParentId=root, DestinationParentId=unit)
