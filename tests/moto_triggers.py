"""An account on a moto server in which every service that moto has invokes one function, built with boto3."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from tests.moto_world import REGION, allow, policy, session_of

TRIGGERED = "333333333333"
WORK = f"arn:aws:lambda:{REGION}:{TRIGGERED}:function:work"
LIVE = f"{WORK}:live"
CALLER = f"arn:aws:iam::{TRIGGERED}:role/caller"
WORKER = f"arn:aws:iam::{TRIGGERED}:role/worker"
WRITER = f"arn:aws:iam::{TRIGGERED}:role/writer"
STREAM = f"arn:aws:kinesis:{REGION}:{TRIGGERED}:stream/clicks"
TABLE = f"arn:aws:dynamodb:{REGION}:{TRIGGERED}:table/orders"

#: A client of the account, by botocore's name of the service.
Clients = Callable[[str], Any]

#: Those that take the role `caller` to invoke.
_WITH_ROLE = (
    "apigateway",
    "appsync",
    "batchoperations.s3",
    "bedrock",
    "cloudformation",
    "codedeploy",
    "codepipeline",
    "firehose",
    "pipes",
    "scheduler",
    "sns",
    "states",
)


def of(service: str, resource: str) -> str:
    """The ARN of something in the account."""
    return f"arn:aws:{service}:{REGION}:{TRIGGERED}:{resource}"


def build(address: str) -> dict[str, str]:
    """Build it all; the ARN of each source by a name for it."""
    session = session_of(TRIGGERED, address)

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=address)

    _roles(client)
    _function(client)
    sources: dict[str, str] = {}
    for add in (
        _apis,
        _balancers,
        _logs,
        _pools,
        _rules,
        _secrets,
        _workflows,
        _deployments,
        _stores,
        _timers,
        _edge,
        _onward,
    ):
        sources |= add(client)
    _mappings(client)
    _permissions(client, sources)
    return sources


def _roles(client: Clients) -> None:
    iam = client("iam")
    services = [f"{name}.amazonaws.com" for name in _WITH_ROLE]
    for name, trusted in (
        ("caller", services),
        ("worker", ["lambda.amazonaws.com"]),
        ("writer", ["ec2.amazonaws.com"]),
    ):
        trust = policy(*(allow("sts:AssumeRole", Principal={"Service": service}) for service in trusted))
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    invoke = [allow(f"lambda:{name}", f"{WORK}*") for name in ("InvokeFunction", "GetFunctionConfiguration")]
    more = [allow(action, "*") for action in ("firehose:PutRecord", "kinesis:*", "kms:Decrypt")]
    iam.put_role_policy(RoleName="caller", PolicyName="invoke", PolicyDocument=policy(*invoke, *more))
    read = [allow(f"{service}:*", "*") for service in ("kinesis", "dynamodb", "kms")]
    iam.put_role_policy(RoleName="worker", PolicyName="read", PolicyDocument=policy(*read))
    writes = (
        "appsync:EventPublish",
        "execute-api:Invoke",
        "kinesis:PutRecord",
        "kms:GenerateDataKey",
        "states:StartExecution",
    )
    write = [allow(action, "*") for action in writes]
    iam.put_role_policy(RoleName="writer", PolicyName="write", PolicyDocument=policy(*write))


def _function(client: Clients) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): return None\n")
    lambda_ = client("lambda")
    lambda_.create_function(
        FunctionName="work", Runtime="python3.13", Role=WORKER, Handler="app.handler", Code={"ZipFile": code.getvalue()}
    )
    lambda_.publish_version(FunctionName="work")
    lambda_.create_alias(FunctionName="work", Name="live", FunctionVersion="1")
    lambda_.create_function_url_config(FunctionName="work", Qualifier="live", AuthType="AWS_IAM")


def _apis(client: Clients) -> dict[str, str]:
    return _rest_api(client("apigateway")) | _http_api(client("apigatewayv2")) | _graphql(client("appsync"))


def _rest_api(rest: Any) -> dict[str, str]:
    """Two methods, one by IAM and with a role, one for all and by a stage variable; an authorizer."""
    api = rest.create_rest_api(name="shop", policy=policy(allow("execute-api:Invoke", "*", Principal="*")))["id"]
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    item = rest.create_resource(restApiId=api, parentId=root, pathPart="{item}")["id"]
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions"
    for verb, kind, named, more in (
        ("ANY", "AWS_IAM", LIVE, {"credentials": CALLER}),
        ("GET", "NONE", f"{WORK}:${{stageVariables.alias}}", {}),
    ):
        key = {"restApiId": api, "resourceId": item, "httpMethod": verb}
        rest.put_method(**key, authorizationType=kind)
        rest.put_integration(
            **key, type="AWS_PROXY", integrationHttpMethod="POST", uri=f"{uri}/{named}/invocations", **more
        )
    authorizer = rest.create_authorizer(
        restApiId=api, name="check", type="TOKEN", authorizerUri=f"{uri}/{LIVE}/invocations", identitySource="h"
    )
    deployment = rest.create_deployment(restApiId=api)["id"]
    rest.create_stage(restApiId=api, stageName="prod", deploymentId=deployment, variables={"alias": "live"})
    arn = of("execute-api", api)
    return {
        "REST ANY": f"{arn}/prod/*/*",
        "REST GET": f"{arn}/prod/GET/*",
        "REST authorizer": f"{arn}/authorizers/{authorizer['id']}",
    }


def _http_api(http: Any) -> dict[str, str]:
    found = {}
    for kind, key, path in (("HTTP", "GET /orders/{id}", "GET/orders/*"), ("WEBSOCKET", "$connect", "$connect")):
        more = {"RouteSelectionExpression": "$request.body.action"} if kind == "WEBSOCKET" else {}
        api = http.create_api(Name=kind, ProtocolType=kind, **more)["ApiId"]
        integration = http.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=LIVE)
        target = f"integrations/{integration['IntegrationId']}"
        http.create_route(ApiId=api, RouteKey=key, Target=target, AuthorizationType="AWS_IAM")
        http.create_stage(ApiId=api, StageName="live")
        found[kind] = f"{of('execute-api', api)}/live/{path}"
        if kind == "WEBSOCKET":
            http.create_route(ApiId=api, RouteKey="say", Target=target, AuthorizationType="NONE")
            found["WEBSOCKET say"] = f"{of('execute-api', api)}/live/say"
    return found


def _graphql(appsync: Any) -> dict[str, str]:
    api = appsync.create_graphql_api(
        name="shop", authenticationType="AWS_LAMBDA", lambdaAuthorizerConfig={"authorizerUri": LIVE}
    )
    modes = [{"authType": "AWS_IAM"}]
    events = appsync.create_api(
        name="live",
        eventConfig={
            "authProviders": modes,
            "connectionAuthModes": modes,
            "defaultPublishAuthModes": modes,
            "defaultSubscribeAuthModes": modes,
        },
    )["api"]
    namespace = appsync.create_channel_namespace(apiId=events["apiId"], name="orders")["channelNamespace"]
    return {"AppSync": api["graphqlApi"]["arn"], "AppSync Events": namespace["channelNamespaceArn"]}


def _balancers(client: Clients) -> dict[str, str]:
    elb = client("elbv2")
    group = elb.create_target_group(Name="work", TargetType="lambda")["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": LIVE}])
    lattice = client("vpc-lattice").create_target_group(name="work", type="LAMBDA", config={})
    return {"ALB": group, "VPC Lattice": lattice["arn"]}


def _logs(client: Clients) -> dict[str, str]:
    logs = client("logs")
    logs.create_log_group(logGroupName="/app/web")
    logs.put_subscription_filter(logGroupName="/app/web", filterName="errors", filterPattern="", destinationArn=LIVE)
    return {"Logs": of("logs", "log-group:/app/web")}


def _pools(client: Clients) -> dict[str, str]:
    users = client("cognito-idp").create_user_pool(
        PoolName="people",
        LambdaConfig={
            "PreSignUp": LIVE,
            "PreTokenGenerationConfig": {"LambdaArn": WORK, "LambdaVersion": "V2_0"},
            "KMSKeyID": of("kms", "key/k"),
        },
    )
    pool = client("cognito-identity").create_identity_pool(
        IdentityPoolName="people", AllowUnauthenticatedIdentities=False
    )
    bot = client("lexv2-models").create_bot(
        botName="clerk", roleArn=CALLER, dataPrivacy={"childDirected": False}, idleSessionTTLInSeconds=60
    )["botId"]
    alias = client("lexv2-models").create_bot_alias(botAliasName="live", botId=bot)["botAliasId"]
    agent = client("bedrock-agent").create_agent(agentName="clerk", agentResourceRoleArn=CALLER)["agent"]
    base = client("bedrock-agent").create_knowledge_base(
        name="help",
        roleArn=CALLER,
        knowledgeBaseConfiguration={"type": "VECTOR"},
        storageConfiguration={"type": "PINECONE"},
    )["knowledgeBase"]
    return {
        "Cognito": users["UserPool"]["Arn"],
        "Cognito Sync": of("cognito-identity", f"identitypool/{pool['IdentityPoolId']}"),
        "Lex": of("lex", f"bot-alias/{bot}/{alias}"),
        "Bedrock": of("bedrock", f"agent/{agent['agentId']}"),
        "Bedrock knowledge base": base["knowledgeBaseArn"],
        "Bedrock flow": of("bedrock", "flow/FLOW123456"),
    }


def _rules(client: Clients) -> dict[str, str]:
    client("iot").create_topic_rule(
        ruleName="readings",
        topicRulePayload={"sql": "SELECT * FROM 'readings/+'", "actions": [{"lambda": {"functionArn": LIVE}}]},
    )
    source = {
        "Owner": "CUSTOM_LAMBDA",
        "SourceIdentifier": LIVE,
        "SourceDetails": [{"EventSource": "aws.config", "MessageType": "ConfigurationItemChangeNotification"}],
    }
    config = client("config")
    config.put_config_rule(ConfigRule={"ConfigRuleName": "tags", "Source": source})
    ses = client("ses")
    ses.create_receipt_rule_set(RuleSetName="mail")
    action = {"LambdaAction": {"FunctionArn": LIVE, "InvocationType": "Event"}}
    rule = {"Name": "all", "Enabled": True, "Actions": [action], "Recipients": ["a@example.com"]}
    ses.create_receipt_rule(RuleSetName="mail", Rule=rule)
    ses.set_active_receipt_rule_set(RuleSetName="mail")
    return {
        "IoT": of("iot", "rule/readings"),
        "Config": config.describe_config_rules()["ConfigRules"][0]["ConfigRuleArn"],
        "SES": of("ses", "receipt-rule-set/mail:receipt-rule/all"),
    }


def _secrets(client: Clients) -> dict[str, str]:
    key = client("kms").create_key()["KeyMetadata"]["KeyId"]
    client("kms").create_alias(AliasName="alias/clicks", TargetKeyId=key)
    secrets = client("secretsmanager")
    arn = str(secrets.create_secret(Name="login", SecretString="s", Tags=[{"Key": "team", "Value": "red"}])["ARN"])
    secrets.put_resource_policy(
        SecretId=arn, ResourcePolicy=policy(allow("secretsmanager:GetSecretValue", "*", Principal={"AWS": WORKER}))
    )
    return {"Secrets Manager": arn}


def _workflows(client: Clients) -> dict[str, str]:
    invoke = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": LIVE}}
    definition = {"StartAt": "A", "States": {"A": {**invoke, "End": True}}}
    machine = client("stepfunctions").create_state_machine(
        name="orders", definition=json.dumps(definition), roleArn=CALLER
    )
    client("codepipeline").create_pipeline(pipeline=_pipeline())
    client("firehose").create_delivery_stream(
        DeliveryStreamName="archive", ExtendedS3DestinationConfiguration=_archive()
    )
    return {
        "Step Functions": machine["stateMachineArn"],
        "CodePipeline": of("codepipeline", "release"),
        "Firehose": of("firehose", "deliverystream/archive"),
    }


def _pipeline() -> dict[str, Any]:
    def stage(name: str, category: str, provider: str, configuration: dict[str, str], **more: Any) -> dict[str, Any]:
        kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
        action = {"name": name, "actionTypeId": kind, "configuration": configuration, **more}
        return {"name": name, "actions": [action]}

    code = {"outputArtifacts": [{"name": "code"}]}
    return {
        "name": "release",
        "roleArn": CALLER,
        "artifactStore": {"type": "S3", "location": "artifacts"},
        "stages": [
            stage("source", "Source", "S3", {"S3Bucket": "artifacts", "S3ObjectKey": "code.zip"}, **code),
            stage("check", "Invoke", "Lambda", {"FunctionName": "work:live"}),
        ],
    }


def _archive() -> dict[str, Any]:
    parameters = [{"ParameterName": "LambdaArn", "ParameterValue": LIVE}]
    processors = [{"Type": "Lambda", "Parameters": parameters}]
    return {
        "RoleARN": CALLER,
        "BucketARN": "arn:aws:s3:::archive",
        "ProcessingConfiguration": {"Enabled": True, "Processors": processors},
    }


def _deployments(client: Clients) -> dict[str, str]:
    codedeploy = client("codedeploy")
    codedeploy.create_application(applicationName="shop", computePlatform="Lambda")
    codedeploy.create_deployment_group(applicationName="shop", deploymentGroupName="all", serviceRoleArn=CALLER)
    return {
        "CodeDeploy": of("codedeploy", "deploymentgroup:shop/all"),
        "CloudFormation": of("cloudformation", "stack/shop/1"),
    }


def _stores(client: Clients) -> dict[str, str]:
    client("athena").create_data_catalog(Name="shop", Type="LAMBDA", Parameters={"function": LIVE})
    return {
        "Athena": of("athena", "datacatalog/shop"),
        "S3 Batch": of("s3", "job/11111111-2222-3333"),
        "S3 Object Lambda": of("s3-object-lambda", "accesspoint/shop"),
    }


def _timers(client: Clients) -> dict[str, str]:
    client("scheduler").create_schedule(
        Name="nightly",
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": LIVE, "RoleArn": CALLER},
    )
    client("kinesis").create_stream(StreamName="clicks", ShardCount=1)
    client("pipes").create_pipe(Name="clicks", Source=STREAM, Target=LIVE, RoleArn=CALLER)
    client("cloudwatch").put_metric_alarm(
        AlarmName="errors",
        MetricName="Errors",
        Namespace="shop",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        Statistic="Sum",
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[LIVE],
    )
    return {
        "Scheduler": of("scheduler", "schedule/default/nightly"),
        "Pipes": of("pipes", "pipe/clicks"),
        "Alarm": of("cloudwatch", "alarm:errors"),
    }


def _edge(client: Clients) -> dict[str, str]:
    origin = {"Id": "o", "DomainName": "shop.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    association = {"LambdaFunctionARN": f"{WORK}:1", "EventType": "viewer-request"}
    behavior = {
        "TargetOriginId": "o",
        "ViewerProtocolPolicy": "allow-all",
        "LambdaFunctionAssociations": {"Quantity": 1, "Items": [association]},
        "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        "MinTTL": 0,
    }
    made = client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "r",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": behavior,
        }
    )
    return {"CloudFront": made["Distribution"]["ARN"]}


def _onward(client: Clients) -> dict[str, str]:
    """A topic, a bucket and a rule that write into one queue, and a topic that writes to a Firehose stream."""
    client("sqs").create_queue(QueueName="work")
    queue = of("sqs", "work")
    client("sns").create_topic(Name="news")
    client("sns").subscribe(TopicArn=of("sns", "news"), Protocol="sqs", Endpoint=queue)
    client("sns").create_topic(Name="views")
    client("sns").subscribe(
        TopicArn=of("sns", "views"),
        Protocol="firehose",
        Endpoint=of("firehose", "deliverystream/archive"),
        Attributes={"SubscriptionRoleArn": CALLER},
    )
    client("s3").create_bucket(Bucket="inbox-of-work", CreateBucketConfiguration={"LocationConstraint": REGION})
    client("s3").put_bucket_notification_configuration(
        Bucket="inbox-of-work",
        NotificationConfiguration={"QueueConfigurations": [{"QueueArn": queue, "Events": ["s3:ObjectCreated:*"]}]},
    )
    client("events").put_rule(Name="placed", EventPattern='{"source": ["shop"]}')
    client("events").put_targets(Rule="placed", Targets=[{"Id": "q", "Arn": queue}])
    return {
        "SNS": of("sns", "news"),
        "SNS to Firehose": of("sns", "views"),
        "S3": "arn:aws:s3:::inbox-of-work",
        "EventBridge": of("events", "rule/placed"),
    }


def _mappings(client: Clients) -> None:
    """A stream with a consumer, encrypted; a table with its stream; both polled."""
    kinesis = client("kinesis")
    kinesis.start_stream_encryption(StreamName="clicks", EncryptionType="KMS", KeyId="alias/clicks")
    kinesis.register_stream_consumer(StreamARN=STREAM, ConsumerName="work")
    kinesis.put_resource_policy(ResourceARN=STREAM, Policy=policy(allow("kinesis:Get*", STREAM, Principal="*")))
    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    table = client("dynamodb").create_table(
        TableName="orders",
        KeySchema=key,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    for source in (STREAM, table["LatestStreamArn"]):
        client("lambda").create_event_source_mapping(
            EventSourceArn=source, FunctionName=LIVE, StartingPosition="LATEST"
        )
    client("kafka").create_cluster_v2(
        ClusterName="events",
        Serverless={
            "VpcConfigs": [{"SubnetIds": ["subnet-1"]}],
            "ClientAuthentication": {"Sasl": {"Iam": {"Enabled": True}}},
        },
    )


#: The service principal of each source that invokes by itself.
BY_THEMSELVES = {
    "REST GET": "apigateway",
    "REST authorizer": "apigateway",
    "HTTP": "apigateway",
    "WEBSOCKET": "apigateway",
    "WEBSOCKET say": "apigateway",
    "AppSync": "appsync",
    "ALB": "elasticloadbalancing",
    "VPC Lattice": "vpc-lattice",
    "Logs": "logs",
    "Cognito": "cognito-idp",
    "Cognito Sync": "cognito-sync",
    "Lex": "lexv2",
    "Bedrock": "bedrock",
    "IoT": "iot",
    "Config": "config",
    "SES": "ses",
    "Secrets Manager": "secretsmanager",
    "Alarm": "lambda.alarms.cloudwatch",
}


def _permissions(client: Clients, sources: dict[str, str]) -> None:
    for number, (name, service) in enumerate(BY_THEMSELVES.items()):
        client("lambda").add_permission(
            FunctionName="work",
            Qualifier="live",
            StatementId=f"s{number}",
            Action="lambda:InvokeFunction",
            Principal=f"{service}.amazonaws.com",
            SourceArn=f"{sources[name]}:*" if name == "Logs" else sources[name],
        )
