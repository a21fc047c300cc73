"""Every call that the live collector makes, in one table: the README's read-only policy is generated from it.

Sources: Service Authorization Reference (which IAM action a call asks for), and each service's API Reference.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """One API call: botocore's name of the service, the operation, the IAM actions it asks for, what it is made for.

    `result` is the list in its output that is read, None where the output is one thing; dots lead into it, and a space
    separates several. `actions` is empty where AWS asks for none.
    """

    service: str
    operation: str
    actions: tuple[str, ...]
    reason: str
    result: str | None = None

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"


_TABLE: tuple[tuple[str, str, str, str, str | None], ...] = (
    # service, operation, IAM actions (none: never asked for), reason, list that is read
    ("sts", "GetCallerIdentity", "", "whose account the credentials are in", None),
    ("sts", "AssumeRole", "sts:AssumeRole", "the credentials of each --assume-role", None),
    ("iam", "GetAccountAuthorizationDetails", "iam:GetAccountAuthorizationDetails", "users, roles, policies", None),
    ("iam", "ListAccountAliases", "iam:ListAccountAliases", "the account's name", "AccountAliases"),
    (
        "iam",
        "ListOpenIDConnectProviders",
        "iam:ListOpenIDConnectProviders",
        "web identity",
        "OpenIDConnectProviderList",
    ),
    ("iam", "GetOpenIDConnectProvider", "iam:GetOpenIDConnectProvider", "its address and audiences", None),
    ("iam", "ListSAMLProviders", "iam:ListSAMLProviders", "SAML federation", "SAMLProviderList"),
    ("lambda", "ListFunctions", "lambda:ListFunctions", "functions and their configuration", "Functions"),
    ("lambda", "GetFunction", "lambda:GetFunction", "a container image's address; asked for images only", None),
    ("lambda", "ListTags", "lambda:ListTags", "functions' tags", None),
    ("lambda", "ListVersionsByFunction", "lambda:ListVersionsByFunction", "versions", "Versions"),
    ("lambda", "ListAliases", "lambda:ListAliases", "aliases", "Aliases"),
    ("lambda", "GetPolicy", "lambda:GetPolicy", "function policies", None),
    ("lambda", "ListFunctionUrlConfigs", "lambda:ListFunctionUrlConfigs", "function URLs", "FunctionUrlConfigs"),
    ("lambda", "GetFunctionUrlConfig", "lambda:GetFunctionUrlConfig", "the same, where they can't be listed", None),
    (
        "lambda",
        "ListFunctionEventInvokeConfigs",
        "lambda:ListFunctionEventInvokeConfigs",
        "destinations of asynchronous invocations",
        "FunctionEventInvokeConfigs",
    ),
    ("lambda", "ListEventSourceMappings", "lambda:ListEventSourceMappings", "mappings", "EventSourceMappings"),
    ("lambda", "ListLayers", "lambda:ListLayers", "layers", "Layers"),
    ("lambda", "ListLayerVersions", "lambda:ListLayerVersions", "layers' versions", "LayerVersions"),
    ("lambda", "GetLayerVersionPolicy", "lambda:GetLayerVersionPolicy", "layer versions' policies", None),
    ("s3", "ListBuckets", "s3:ListAllMyBuckets", "buckets", "Buckets"),
    ("s3", "GetBucketLocation", "s3:GetBucketLocation", "a bucket's region", None),
    ("s3", "GetBucketNotificationConfiguration", "s3:GetBucketNotification", "what a bucket invokes", None),
    ("s3", "GetBucketPolicy", "s3:GetBucketPolicy", "bucket policies", None),
    ("s3", "GetBucketEncryption", "s3:GetEncryptionConfiguration", "a bucket's KMS key", None),
    ("s3", "GetBucketTagging", "s3:GetBucketTagging", "buckets' tags", "TagSet"),
    ("s3control", "ListJobs", "s3:ListJobs", "S3 Batch Operations jobs", "Jobs"),
    ("s3control", "DescribeJob", "s3:DescribeJob", "what one invokes, and with which role", None),
    (
        "s3control",
        "ListAccessPointsForObjectLambda",
        "s3:ListAccessPointsForObjectLambda",
        "Object Lambda access points",
        "ObjectLambdaAccessPointList",
    ),
    (
        "s3control",
        "GetAccessPointConfigurationForObjectLambda",
        "s3:GetAccessPointConfigurationForObjectLambda",
        "what one invokes",
        None,
    ),
    (
        "s3control",
        "GetAccessPointPolicyForObjectLambda",
        "s3:GetAccessPointPolicyForObjectLambda",
        "its policy",
        None,
    ),
    ("sns", "ListTopics", "sns:ListTopics", "topics", "Topics"),
    ("sns", "GetTopicAttributes", "sns:GetTopicAttributes", "topics' policies and KMS keys", None),
    ("sns", "ListTagsForResource", "sns:ListTagsForResource", "topics' tags", "Tags"),
    ("sns", "ListSubscriptions", "sns:ListSubscriptions", "what a topic invokes", "Subscriptions"),
    ("sns", "GetSubscriptionAttributes", "sns:GetSubscriptionAttributes", "the role that writes to Firehose", None),
    ("sqs", "ListQueues", "sqs:ListQueues", "queues", "QueueUrls"),
    ("sqs", "GetQueueAttributes", "sqs:GetQueueAttributes", "queues' policies and KMS keys", None),
    ("sqs", "ListQueueTags", "sqs:ListQueueTags", "queues' tags", None),
    ("events", "ListEventBuses", "events:ListEventBuses", "event buses and their policies", "EventBuses"),
    ("events", "ListRules", "events:ListRules", "rules", "Rules"),
    ("events", "ListTargetsByRule", "events:ListTargetsByRule", "what a rule invokes", "Targets"),
    ("events", "ListTagsForResource", "events:ListTagsForResource", "buses' and rules' tags", "Tags"),
    ("apigateway", "GetRestApis", "apigateway:GET", "REST APIs and their policies", "items"),
    ("apigateway", "GetStages", "apigateway:GET", "where they are deployed, with stage variables", "item"),
    ("apigateway", "GetExport", "apigateway:GET", "what a stage's methods invoke, as deployed", None),
    ("apigateway", "GetDeployment", "apigateway:GET", "how they let callers in, as deployed", None),
    ("apigateway", "GetResources", "apigateway:GET", "what their methods invoke, as configured", "items"),
    ("apigateway", "GetAuthorizers", "apigateway:GET", "their Lambda authorizers", "items"),
    ("apigatewayv2", "GetApis", "apigateway:GET", "HTTP and WebSocket APIs", "Items"),
    ("apigatewayv2", "GetStages", "apigateway:GET", "where they are deployed, with stage variables", "Items"),
    ("apigatewayv2", "ExportApi", "apigateway:GET", "what a stage's routes invoke, as deployed by hand", None),
    ("apigatewayv2", "GetRoutes", "apigateway:GET", "their routes", "Items"),
    ("apigatewayv2", "GetIntegrations", "apigateway:GET", "what their routes invoke", "Items"),
    ("apigatewayv2", "GetAuthorizers", "apigateway:GET", "their Lambda authorizers", "Items"),
    (
        "elbv2",
        "DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetGroups",
        "target groups of functions",
        "TargetGroups",
    ),
    (
        "elbv2",
        "DescribeTargetHealth",
        "elasticloadbalancing:DescribeTargetHealth",
        "the function in one",
        "TargetHealthDescriptions",
    ),
    ("vpc-lattice", "ListTargetGroups", "vpc-lattice:ListTargetGroups", "target groups of functions", "items"),
    ("vpc-lattice", "ListTargets", "vpc-lattice:ListTargets", "the function in one", "items"),
    ("appsync", "ListGraphqlApis", "appsync:ListGraphqlApis", "GraphQL APIs and their authorizers", "graphqlApis"),
    ("appsync", "ListDataSources", "appsync:ListDataSources", "what they invoke, and with which role", "dataSources"),
    ("appsync", "ListApis", "appsync:ListApis", "Event APIs and their authorizers", "apis"),
    (
        "appsync",
        "ListChannelNamespaces",
        "appsync:ListChannelNamespaces",
        "which data sources their handlers ask",
        "channelNamespaces",
    ),
    ("transfer", "ListServers", "transfer:ListServers", "Transfer Family servers", "Servers"),
    ("transfer", "DescribeServer", "transfer:DescribeServer", "the function that one asks", None),
    (
        "cloudfront",
        "ListDistributions",
        "cloudfront:ListDistributions",
        "Lambda@Edge associations",
        "DistributionList.Items",
    ),
    ("scheduler", "ListSchedules", "scheduler:ListSchedules", "schedules", "Schedules"),
    ("scheduler", "GetSchedule", "scheduler:GetSchedule", "the role with which one invokes", None),
    ("pipes", "ListPipes", "pipes:ListPipes", "pipes", "Pipes"),
    ("pipes", "DescribePipe", "pipes:DescribePipe", "the role with which one invokes", None),
    (
        "cloudwatch",
        "DescribeAlarms",
        "cloudwatch:DescribeAlarms",
        "what alarms invoke",
        "MetricAlarms CompositeAlarms LogAlarms",
    ),
    ("logs", "DescribeLogGroups", "logs:DescribeLogGroups", "log groups", "logGroups"),
    (
        "logs",
        "DescribeSubscriptionFilters",
        "logs:DescribeSubscriptionFilters",
        "what a log group invokes",
        "subscriptionFilters",
    ),
    (
        "logs",
        "DescribeAccountPolicies",
        "logs:DescribeAccountPolicies",
        "what all log groups invoke",
        "accountPolicies",
    ),
    ("iot", "ListTopicRules", "iot:ListTopicRules", "IoT topic rules", "rules"),
    ("iot", "GetTopicRule", "iot:GetTopicRule", "what one invokes", None),
    ("iot", "ListAuthorizers", "iot:ListAuthorizers", "IoT authorizers", "authorizers"),
    ("iot", "DescribeAuthorizer", "iot:DescribeAuthorizer", "the function that one asks", None),
    ("config", "DescribeConfigRules", "config:DescribeConfigRules", "custom Config rules", "ConfigRules"),
    ("ses", "DescribeActiveReceiptRuleSet", "ses:DescribeActiveReceiptRuleSet", "what received mail invokes", "Rules"),
    ("cognito-idp", "ListUserPools", "cognito-idp:ListUserPools", "user pools", "UserPools"),
    ("cognito-idp", "DescribeUserPool", "cognito-idp:DescribeUserPool", "what a user pool invokes", None),
    ("cognito-identity", "ListIdentityPools", "cognito-identity:ListIdentityPools", "identity pools", "IdentityPools"),
    ("cognito-sync", "GetCognitoEvents", "cognito-sync:GetCognitoEvents", "what an identity pool invokes", None),
    ("connect", "ListInstances", "connect:ListInstances", "Connect instances", "InstanceSummaryList"),
    ("connect", "ListLambdaFunctions", "connect:ListLambdaFunctions", "what their flows may invoke", "LambdaFunctions"),
    ("lexv2-models", "ListBots", "lex:ListBots", "Lex V2 bots", "botSummaries"),
    ("lexv2-models", "ListBotAliases", "lex:ListBotAliases", "their aliases", "botAliasSummaries"),
    ("lexv2-models", "DescribeBotAlias", "lex:DescribeBotAlias", "what one invokes", None),
    ("bedrock-agent", "ListAgents", "bedrock:ListAgents", "Bedrock agents", "agentSummaries"),
    ("bedrock-agent", "ListAgentVersions", "bedrock:ListAgentVersions", "their versions", "agentVersionSummaries"),
    (
        "bedrock-agent",
        "ListAgentActionGroups",
        "bedrock:ListAgentActionGroups",
        "their action groups",
        "actionGroupSummaries",
    ),
    ("bedrock-agent", "GetAgentActionGroup", "bedrock:GetAgentActionGroup", "what one invokes", None),
    ("bedrock-agent", "GetAgent", "bedrock:GetAgent", "the parser of an agent's draft", None),
    ("bedrock-agent", "GetAgentVersion", "bedrock:GetAgentVersion", "the parser of a version", None),
    (
        "bedrock-agent",
        "ListKnowledgeBases",
        "bedrock:ListKnowledgeBases",
        "Bedrock knowledge bases",
        "knowledgeBaseSummaries",
    ),
    ("bedrock-agent", "GetKnowledgeBase", "bedrock:GetKnowledgeBase", "the role with which one invokes", None),
    ("bedrock-agent", "ListDataSources", "bedrock:ListDataSources", "their data sources", "dataSourceSummaries"),
    ("bedrock-agent", "GetDataSource", "bedrock:GetDataSource", "what transforms one", None),
    ("bedrock-agent", "ListFlows", "bedrock:ListFlows", "Bedrock flows", "flowSummaries"),
    ("bedrock-agent", "GetFlow", "bedrock:GetFlow", "what the draft of one invokes, and with which role", None),
    ("bedrock-agent", "ListFlowVersions", "bedrock:ListFlowVersions", "their versions", "flowVersionSummaries"),
    ("bedrock-agent", "GetFlowVersion", "bedrock:GetFlowVersion", "the same of a version", None),
    ("athena", "ListDataCatalogs", "athena:ListDataCatalogs", "data catalogs", "DataCatalogsSummary"),
    ("athena", "GetDataCatalog", "athena:GetDataCatalog", "what a query on one invokes", None),
    ("stepfunctions", "ListStateMachines", "states:ListStateMachines", "state machines", "stateMachines"),
    ("stepfunctions", "DescribeStateMachine", "states:DescribeStateMachine", "what one's tasks invoke", None),
    ("codepipeline", "ListPipelines", "codepipeline:ListPipelines", "pipelines", "pipelines"),
    ("codepipeline", "GetPipeline", "codepipeline:GetPipeline", "what one's actions invoke", None),
    ("codecommit", "ListRepositories", "codecommit:ListRepositories", "repositories", "repositories"),
    (
        "codecommit",
        "GetRepositoryTriggers",
        "codecommit:GetRepositoryTriggers",
        "what a repository invokes",
        "triggers",
    ),
    ("codedeploy", "ListApplications", "codedeploy:ListApplications", "CodeDeploy applications", "applications"),
    (
        "codedeploy",
        "ListDeploymentGroups",
        "codedeploy:ListDeploymentGroups",
        "their deployment groups",
        "deploymentGroups",
    ),
    ("codedeploy", "GetDeploymentGroup", "codedeploy:GetDeploymentGroup", "hooks of what one deployed last", None),
    ("cloudformation", "DescribeStacks", "cloudformation:DescribeStacks", "stacks and their service roles", "Stacks"),
    ("cloudformation", "GetTemplate", "cloudformation:GetTemplate", "their custom resources", None),
    (
        "cloudformation",
        "ListStackResources",
        "cloudformation:ListStackResources",
        "the functions that these name by a stack's own names",
        "StackResourceSummaries",
    ),
    ("firehose", "ListDeliveryStreams", "firehose:ListDeliveryStreams", "Firehose streams", "DeliveryStreamNames"),
    ("firehose", "DescribeDeliveryStream", "firehose:DescribeDeliveryStream", "what transforms their records", None),
    ("secretsmanager", "ListSecrets", "secretsmanager:ListSecrets", "secrets' rotation and KMS keys", "SecretList"),
    ("secretsmanager", "GetResourcePolicy", "secretsmanager:GetResourcePolicy", "secrets' policies", None),
    ("kinesis", "ListStreams", "kinesis:ListStreams", "streams", "StreamSummaries"),
    ("kinesis", "DescribeStreamSummary", "kinesis:DescribeStreamSummary", "a stream's KMS key", None),
    ("kinesis", "ListStreamConsumers", "kinesis:ListStreamConsumers", "a stream's consumers", "Consumers"),
    ("kinesis", "GetResourcePolicy", "kinesis:GetResourcePolicy", "streams' and consumers' policies", None),
    ("dynamodb", "ListTables", "dynamodb:ListTables", "tables", "TableNames"),
    ("dynamodb", "DescribeTable", "dynamodb:DescribeTable", "a table's stream and KMS key", None),
    ("dynamodb", "GetResourcePolicy", "dynamodb:GetResourcePolicy", "tables' and streams' policies", None),
    ("kafka", "ListClustersV2", "kafka:ListClustersV2", "MSK clusters", "ClusterInfoList"),
    ("kafka", "DescribeClusterV2", "kafka:DescribeClusterV2", "whether one is entered with IAM", None),
    ("kafka", "GetClusterPolicy", "kafka:GetClusterPolicy", "clusters' policies", None),
    ("kafka", "DescribeVpcConnection", "kafka:DescribeVpcConnection", "the cluster behind one that is polled", None),
    ("mq", "DescribeBroker", "mq:DescribeBroker", "a broker that is polled", None),
    ("docdb", "DescribeDBClusters", "rds:DescribeDBClusters", "a DocumentDB cluster that is polled", "DBClusters"),
    ("kms", "ListKeys", "kms:ListKeys", "keys", "Keys"),
    ("kms", "DescribeKey", "kms:DescribeKey", "whose a key is", None),
    ("kms", "GetKeyPolicy", "kms:GetKeyPolicy", "key policies", None),
    ("kms", "ListAliases", "kms:ListAliases", "which key an alias stands for", "Aliases"),
    ("organizations", "DescribeOrganization", "organizations:DescribeOrganization", "the organization", None),
    ("organizations", "ListRoots", "organizations:ListRoots", "its root, and the policy types switched on", "Roots"),
    (
        "organizations",
        "ListOrganizationalUnitsForParent",
        "organizations:ListOrganizationalUnitsForParent",
        "its OUs",
        "OrganizationalUnits",
    ),
    ("organizations", "ListAccountsForParent", "organizations:ListAccountsForParent", "its accounts", "Accounts"),
    ("organizations", "ListPolicies", "organizations:ListPolicies", "SCPs and RCPs", "Policies"),
    ("organizations", "DescribePolicy", "organizations:DescribePolicy", "their documents", None),
    ("organizations", "ListTargetsForPolicy", "organizations:ListTargetsForPolicy", "what they are on", "Targets"),
)

#: `service:Operation` -> the call. A call that isn't in it can't be made.
CALLS: dict[str, Call] = {
    call.name: call
    for call in (
        Call(service, operation, tuple(actions.split()), reason, result)
        for service, operation, actions, reason, result in _TABLE
    )
}

#: Services with resource-based policies that are not read.
#: Source: IAM User Guide, "AWS services that work with IAM", column resource-based policies.
UNREAD_POLICIES: tuple[str, ...] = (
    "acm-pca",
    "backup",
    "codeartifact",
    "codebuild",
    "ecr",
    "ecr-public",
    "elasticfilesystem",
    "es",
    "glacier",
    "glue",
    "iot",
    "lex",
    "logs",
    "s3-object-lambda",
    "s3-outposts",
    "s3express",
    "s3tables",
    "schemas",
    "ses",
    "vpc-lattice",
    "xray",
)
