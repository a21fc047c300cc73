"""Rows of the table of triggers: what people and devices say, write and sign in with."""

from __future__ import annotations

from simulator.triggers.push import Acts, Feed, Sent, TriggerService

_TOPICS = "arn:{partition}:iot:{region}:{account}:topic/"
_SKILL = "amzn1.ask.skill.{id}"
_ACCOUNT_UNCONFIRMED = "whether aws:SourceAccount is sent"

PEOPLE = (
    TriggerService(
        "cognito-idp.amazonaws.com",
        "Cognito user pool trigger, of any kind",
        "cognito-idp:{region}:{account}:userpool/{pool}",
        Acts.ITSELF,
        'Amazon Cognito Developer Guide, "Customizing user pool workflows with Lambda triggers"',
        guard="",
    ),
    TriggerService(
        "cognito-sync.amazonaws.com",
        "Cognito identity pool, events of Cognito Sync",
        "cognito-identity:{region}:{account}:identitypool/{pool+}",
        Acts.ITSELF,
        # Records that are updated with credentials of an AWS account cause none: an identity of the pool has to.
        'Amazon Cognito Developer Guide, "Amazon Cognito Events"',
        guard="",
    ),
    TriggerService(
        "iot.amazonaws.com",
        "IoT topic rule",
        "iot:{region}:{account}:rule/{rule}",
        Acts.ITSELF,
        'AWS IoT Core Developer Guide, "Lambda"; both conditions as the AWS Serverless Application Model sets them',
        needs_account="yes",
        # Besides those who have credentials of IAM, devices publish with certificates.
        feeds=(Feed("iot:Publish", f"{_TOPICS}{{topics}}"), Feed("iot:Publish", f"{_TOPICS}$aws/rules/{{rule}}/*")),
        guard="",
    ),
    TriggerService(
        "iot.amazonaws.com",
        "IoT custom authorizer",
        "iot:{region}:{account}:authorizer/{authorizer}",
        Acts.ITSELF,
        'AWS IoT Core Developer Guide, "Authorizing AWS IoT to invoke your Lambda function"',
        source_account=Sent.UNCONFIRMED,
        needs_account="no",
        guard="",
        unconfirmed=(_ACCOUNT_UNCONFIRMED,),
    ),
    TriggerService(
        "iotevents.amazonaws.com",
        "IoT Events detector model",
        "iotevents:{region}:{account}:detectorModel/{model}",
        Acts.ITSELF,
        'Lambda Developer Guide, "Using AWS Lambda with AWS IoT Events" (of 2022: AWS no longer lists the service)',
        source_arn="",
        source_arn_sent=Sent.UNCONFIRMED,
        source_account=Sent.UNCONFIRMED,
        guard="",
        unconfirmed=("whether aws:SourceArn is sent, and its form", _ACCOUNT_UNCONFIRMED),
    ),
    TriggerService(
        "ses.amazonaws.com",
        "SES receipt rule",
        "ses:{region}:{account}:receipt-rule-set/{set}:receipt-rule/{rule}",
        Acts.ITSELF,
        'Amazon Simple Email Service Developer Guide, "Giving permissions to Amazon SES for email receiving" and '
        '"Invoke Lambda function action"',
        needs_account="yes",
        guard="",
        own_region=True,
    ),
    TriggerService(
        "connect.amazonaws.com",
        "Connect flow",
        "connect:{region}:{account}:instance/{instance}",
        Acts.ITSELF,
        'Amazon Connect Administrator Guide, "Grant Amazon Connect access to your AWS Lambda functions"',
        needs_account="yes",
        guard="",
    ),
    TriggerService(
        "lexv2.amazonaws.com",
        "Lex V2 bot alias",
        "lex:{region}:{account}:bot-alias/{bot}/{alias}",
        Acts.ITSELF,
        'Amazon Lex V2 Developer Guide, "Attaching an AWS Lambda function to a bot"',
        feeds=(
            Feed("lex:RecognizeText"),
            Feed("lex:RecognizeUtterance"),
            Feed("lex:StartConversation"),
        ),
    ),
    TriggerService(
        "lex.amazonaws.com",
        "Lex V1 intent",
        "lex:{region}:{account}:intent:{intent}:{version}",
        Acts.ITSELF,
        'Lambda Developer Guide, "Using AWS Lambda with Amazon Lex" (of 2022)',
        source_account=Sent.UNCONFIRMED,
        guard="",
        unconfirmed=(_ACCOUNT_UNCONFIRMED,),
    ),
    TriggerService(
        "alexa-appkit.amazon.com",
        "Alexa skill",
        _SKILL,
        Acts.ITSELF,
        "AWS Serverless Application Model, the permission that its transform makes for an AlexaSkill event",
        source_arn_sent=Sent.NO,
        source_account=Sent.NO,
        needs_account="no: the skill's id as EventSourceToken",
        token=True,
        guard="",
        unconfirmed=("the operator of the condition on lambda:EventSourceToken",),
    ),
    TriggerService(
        "alexa-connectedhome.amazon.com",
        "Alexa smart home skill",
        _SKILL,
        Acts.ITSELF,
        'Lambda API Reference, "AddPermission" (EventSourceToken)',
        source_arn_sent=Sent.NO,
        source_account=Sent.NO,
        needs_account="no: the skill's id as EventSourceToken",
        token=True,
        guard="",
        unconfirmed=("the service principal", "the operator of the condition on lambda:EventSourceToken"),
    ),
    TriggerService(
        "bedrock.amazonaws.com",
        "Bedrock agent, action group or parser",
        "bedrock:{region}:{account}:agent/{agent}",
        Acts.ITSELF,
        'Amazon Bedrock User Guide, "Create a service role for Amazon Bedrock Agents"; on parsers "Write a custom '
        'parser Lambda function in Amazon Bedrock Agents"',
        feeds=(Feed("bedrock:InvokeAgent", "arn:{partition}:bedrock:{region}:{account}:agent-alias/{agent}/*"),),
    ),
    TriggerService(
        "bedrock.amazonaws.com",
        "Bedrock knowledge base, custom transformation of a data source",
        "bedrock:{region}:{account}:knowledge-base/{base}",
        Acts.ROLE,
        'Amazon Bedrock User Guide, "Create a service role for Amazon Bedrock Knowledge Bases" and "Use a custom '
        'transformation Lambda function to define how your data is ingested"',
        feeds=(Feed("bedrock:StartIngestionJob"), Feed("bedrock:IngestKnowledgeBaseDocuments")),
    ),
    TriggerService(
        "bedrock.amazonaws.com",
        "Bedrock flow, Lambda function node",
        "bedrock:{region}:{account}:flow/{flow}",
        Acts.ROLE,
        'Amazon Bedrock User Guide, "Create a service role for Amazon Bedrock Flows" and "Invoke an AWS Lambda '
        'function from an Amazon Bedrock flow in a different AWS account"',
        feeds=(Feed("bedrock:InvokeFlow", "{source}/alias/*"), Feed("bedrock:StartFlowExecution", "{source}/alias/*")),
        unconfirmed=("that in its own account too the function is invoked with the flow's role",),
    ),
)
