"""How the ARN of a resource is made from its type and name.

Source: Service Authorization Reference, "Resource types defined by …" of each service.
"""

from __future__ import annotations

import hashlib
import re

#: Type -> what follows `arn:PARTITION:` in its ARN.
TEMPLATES: dict[str, str] = {
    "appsync:api": "appsync:{region}:{account}:apis/{name}",
    "athena:datacatalog": "athena:{region}:{account}:datacatalog/{name}",
    "bedrock:agent": "bedrock:{region}:{account}:agent/{name}",
    "bedrock:flow": "bedrock:{region}:{account}:flow/{name}",
    "bedrock:knowledge-base": "bedrock:{region}:{account}:knowledge-base/{name}",
    "cloudwatch:alarm": "cloudwatch:{region}:{account}:alarm:{name}",
    "codecommit:repository": "codecommit:{region}:{account}:{name}",
    "codepipeline:pipeline": "codepipeline:{region}:{account}:{name}",
    "cognito-idp:userpool": "cognito-idp:{region}:{account}:userpool/{name}",
    "config:config-rule": "config:{region}:{account}:config-rule/{name}",
    "connect:instance": "connect:{region}:{account}:instance/{name}",
    "dynamodb:table": "dynamodb:{region}:{account}:table/{name}",
    "ecr:repository": "ecr:{region}:{account}:repository/{name}",
    "elasticloadbalancing:targetgroup": "elasticloadbalancing:{region}:{account}:targetgroup/{name}",
    "events:bus": "events:{region}:{account}:event-bus/{name}",
    "events:rule": "events:{region}:{account}:rule/{name}",
    "execute-api:api": "execute-api:{region}:{account}:{name}",
    "execute-api:route": "execute-api:{region}:{account}:{name}",
    "firehose:deliverystream": "firehose:{region}:{account}:deliverystream/{name}",
    "iot:rule": "iot:{region}:{account}:rule/{name}",
    "kinesis:stream": "kinesis:{region}:{account}:stream/{name}",
    "kms:alias": "kms:{region}:{account}:alias/{name}",
    "kms:key": "kms:{region}:{account}:key/{name}",
    "lex:bot-alias": "lex:{region}:{account}:bot-alias/{name}",
    "logs:log-group": "logs:{region}:{account}:log-group:{name}",
    "pipes:pipe": "pipes:{region}:{account}:pipe/{name}",
    "s3-object-lambda:accesspoint": "s3-object-lambda:{region}:{account}:accesspoint/{name}",
    "s3:bucket": "s3:::{name}",
    "s3:job": "s3:{region}:{account}:job/{name}",
    "scheduler:schedule": "scheduler:{region}:{account}:schedule/{name}",
    "secretsmanager:secret": "secretsmanager:{region}:{account}:secret:{name}",
    "sns:topic": "sns:{region}:{account}:{name}",
    "sqs:queue": "sqs:{region}:{account}:{name}",
    "ssm:parameter": "ssm:{region}:{account}:parameter/{name}",
    "states:stateMachine": "states:{region}:{account}:stateMachine:{name}",
    "vpc-lattice:targetgroup": "vpc-lattice:{region}:{account}:targetgroup/{name}",
}

#: Names that each kind may have. Source: IAM User Guide, "IAM and AWS STS quotas"; Lambda API Reference.
IAM_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
RESOURCE_NAME = re.compile(r"[^\s*?:{}$]{1,512}")
ACCOUNT_NAME = re.compile(r"[A-Za-z0-9_.-]+")
ARN = re.compile(r"arn:(?:aws[a-z-]*|\*):[a-z0-9*?-]+:[a-z0-9*?-]*:(?:[0-9*?]*|aws):\S(?:.*\S)?", re.DOTALL)
SKILL = re.compile(r"amzn1\.ask\.skill\.[\w-]+", re.ASCII)
SERVICE = re.compile(r"[a-z0-9.-]+\.amazon(?:aws)?\.com(?:\.cn)?")


def made_up(prefix: str, text: str, length: int, alphabet: str = "0123456789abcdefghijklmnopqrstuvwxyz") -> str:
    """Return an id that is always the same for the same text, such as AWS gives at random."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest())
    drawn = ""
    for _ in range(length):
        number, index = divmod(number, len(alphabet))
        drawn += alphabet[index]
    return prefix + drawn


def unique_id(prefix: str, arn: str) -> str:
    """Return a unique id (`AIDA…`, `AROA…`) for a principal."""
    return made_up(prefix, arn, 17, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
