"""Rows of the table of triggers: what is deployed, checked and rotated, and what databases ask for."""

from __future__ import annotations

from simulator.triggers.push import Acts, Feed, Sent, TriggerService

#: What changes a branch or tag, by Git or by CodeCommit's API, and the events of triggers. Source: AWS CodeCommit User
#: Guide, "Manage triggers for an AWS CodeCommit repository"; Service Authorization Reference.
_PUSHES = (
    Feed("codecommit:GitPush"),
    *(
        Feed(f"codecommit:{name}", event="updateReference")
        for name in (
            "CreateCommit",
            "DeleteFile",
            "MergeBranchesByFastForward",
            "MergeBranchesBySquash",
            "MergeBranchesByThreeWay",
            "MergePullRequestByFastForward",
            "MergePullRequestBySquash",
            "MergePullRequestByThreeWay",
            "PutFile",
        )
    ),
    Feed("codecommit:CreateBranch", event="createReference"),
    Feed("codecommit:DeleteBranch", event="deleteReference"),
)
_ACCOUNT_UNCONFIRMED = "whether aws:SourceAccount is sent"
_STACK = "cloudformation:{region}:{account}:stack/{stack}/{id}"
_RUNBOOK = "ssm:{region}:{account}:document/{document}"
_OF_STACKS = 'Lambda Developer Guide, "Using AWS Lambda with CloudFormation"; AWS CloudFormation User Guide, '
_OF_RUNBOOKS = 'AWS Systems Manager User Guide, "aws:invokeLambdaFunction: Invoke an AWS Lambda function"'
_START_RUNBOOK = Feed(
    "ssm:StartAutomationExecution", "arn:{partition}:ssm:{region}:{account}:automation-definition/{document}:*"
)

OPERATIONS = (
    TriggerService(
        "config.amazonaws.com",
        "Config custom rule",
        "config:{region}:{account}:config-rule/{rule}",
        Acts.ITSELF,
        'AWS Config Developer Guide, "Custom Lambda Rules (General Example)"',
        needs_account="yes",
        feeds=(Feed("config:StartConfigRulesEvaluation"),),
    ),
    TriggerService(
        "secretsmanager.amazonaws.com",
        "Secrets Manager rotation",
        "secretsmanager:{region}:{account}:secret:{secret+}",
        Acts.ITSELF,
        'AWS Secrets Manager User Guide, "Lambda rotation function execution role permissions for AWS Secrets Manager"',
        feeds=(Feed("secretsmanager:RotateSecret"),),
    ),
    TriggerService(
        "codecommit.amazonaws.com",
        "CodeCommit repository trigger",
        "codecommit:{region}:{account}:{repository}",
        Acts.ITSELF,
        'AWS CodeCommit User Guide, "Example: Create an AWS CodeCommit trigger for an AWS Lambda function"; on Regions '
        'AWS CodeCommit API Reference, "PutRepositoryTriggers", InvalidRepositoryTriggerRegionException',
        needs_account="yes",
        feeds=_PUSHES,
        own_region=True,
    ),
    TriggerService(
        "codepipeline.amazonaws.com",
        "CodePipeline Lambda action",
        "codepipeline:{region}:{account}:{pipeline}",
        Acts.ROLE,
        'AWS CodePipeline User Guide, "Invoke an AWS Lambda function in a pipeline in CodePipeline"',
        feeds=(Feed("codepipeline:StartPipelineExecution"),),
    ),
    TriggerService(
        "codedeploy.amazonaws.com",
        "CodeDeploy lifecycle event hook",
        "codedeploy:{region}:{account}:deploymentgroup:{application}/{group}",
        Acts.ROLE,
        'AWS CodeDeploy User Guide, "Create a service role for CodeDeploy"; AWSCodeDeployRoleForLambda and '
        "AWSCodeDeployRoleForLambdaLimited let it invoke functions named CodeDeployHook_* only",
        # The same page: a role may be for some Regions only.
        also_as=("codedeploy.{region}.amazonaws.com",),
        source_account=Sent.UNCONFIRMED,
        feeds=(Feed("codedeploy:CreateDeployment"),),
        unconfirmed=(_ACCOUNT_UNCONFIRMED,),
    ),
    TriggerService(
        "cloudformation.amazonaws.com",
        "CloudFormation custom resource or macro, of a stack without a service role",
        _STACK,
        Acts.CALLER,
        f'{_OF_STACKS}"CloudFormation service role"',
        feeds=(Feed("cloudformation:UpdateStack"), Feed("cloudformation:DeleteStack")),
        unconfirmed=("that the function is invoked with the caller's permissions",),
    ),
    TriggerService(
        "cloudformation.amazonaws.com",
        "CloudFormation custom resource or macro, of a stack with a service role",
        _STACK,
        Acts.ROLE,
        f'{_OF_STACKS}"CloudFormation service role"',
        feeds=(Feed("cloudformation:UpdateStack"), Feed("cloudformation:DeleteStack")),
        source_account=Sent.UNCONFIRMED,
        unconfirmed=("that the function is invoked with the role's permissions", _ACCOUNT_UNCONFIRMED),
    ),
    TriggerService(
        "ssm.amazonaws.com",
        "Systems Manager runbook without a role for it",
        _RUNBOOK,
        Acts.CALLER,
        f'{_OF_RUNBOOKS}; "Setting up Automation"',
        feeds=(_START_RUNBOOK,),
    ),
    TriggerService(
        "ssm.amazonaws.com",
        "Systems Manager runbook with a role for it",
        _RUNBOOK,
        Acts.ROLE,
        f'{_OF_RUNBOOKS}; "Setting up Automation"',
        feeds=(_START_RUNBOOK,),
    ),
    TriggerService(
        "redshift.amazonaws.com",
        "Redshift Lambda UDF",
        "redshift:{region}:{account}:cluster:{cluster}",
        Acts.ROLE,
        'Amazon Redshift Database Developer Guide, "Creating a scalar Lambda UDF"',
        source_account=Sent.UNCONFIRMED,
        guard="",
        unconfirmed=(_ACCOUNT_UNCONFIRMED,),
    ),
    TriggerService(
        "rds.amazonaws.com",
        "Aurora cluster or RDS for PostgreSQL instance that calls functions",
        "rds:{region}:{account}:{kind}:{name}",
        Acts.ROLE,
        'Amazon Aurora User Guide, "Giving Aurora access to Lambda"',
        guard="",
    ),
    TriggerService(
        "athena.amazonaws.com",
        "Athena data source connector (federated query)",
        "athena:{region}:{account}:datacatalog/{catalog}",
        Acts.CALLER,
        'Amazon Athena User Guide, "Allow access to Athena Federated Query: Example policies"',
        fed_by="whoever queries it",
    ),
    TriggerService(
        "sagemaker.amazonaws.com",
        "SageMaker Ground Truth labeling job",
        "sagemaker:{region}:{account}:labeling-job/{job}",
        Acts.ROLE,
        'Amazon SageMaker AI Developer Guide, "Required Permissions To Use AWS Lambda With Ground Truth"',
        source_account=Sent.UNCONFIRMED,
        unconfirmed=(_ACCOUNT_UNCONFIRMED,),
    ),
    TriggerService(
        "kendra.amazonaws.com",
        "Kendra custom document enrichment",
        "kendra:{region}:{account}:index/{index}/data-source/{id}",
        Acts.ROLE,
        'Amazon Kendra Developer Guide, "IAM access roles for Amazon Kendra"',
        feeds=(Feed("kendra:StartDataSourceSyncJob"),),
    ),
    TriggerService(
        "kinesisanalytics.amazonaws.com",
        "Kinesis Data Analytics for SQL, preprocessing or output",
        "kinesisanalytics:{region}:{account}:application/{application}",
        Acts.ROLE,
        'Amazon Kinesis Data Analytics for SQL Applications Developer Guide, "Granting Permissions"',
        role_needs=("lambda:GetFunctionConfiguration",),
        guard="",
        unconfirmed=("what the role needs",),
    ),
)
