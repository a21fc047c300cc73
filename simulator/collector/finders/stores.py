"""What reads data through functions: S3 Batch Operations, S3 Object Lambda, Athena's data catalogs."""

from __future__ import annotations

from simulator.collector.place import Place
from simulator.collector.resources import add_policy, policy_of

#: The statuses after which a job does nothing any more. Source: Amazon S3 User Guide, "Tracking job status and
#: completion reports".
_OVER = ("Cancelled", "Cancelling", "Complete", "Failed", "Failing")
_NO_POLICY = ("NoSuchAccessPointPolicy",)
#: Parameters of a data catalog that name functions. Source: Athena API Reference, "DataCatalog".
_FUNCTIONS = ("function", "metadata-function", "record-function")


def batch_jobs(at: Place) -> None:
    """Only DescribeJob says the function and the role."""
    account = at.reader.account
    for summary in at.each("s3control:ListJobs", AccountId=account):
        if summary.get("Operation") != "LambdaInvoke" or summary.get("Status") in _OVER:
            continue
        job = at.one("s3control:DescribeJob", AccountId=account, JobId=summary["JobId"]).get("Job") or {}
        at.trigger(
            at.arn(f"job/{summary['JobId']}"),
            ((job.get("Operation") or {}).get("LambdaInvoke") or {}).get("FunctionArn"),
            role=job.get("RoleArn"),
            attributes={"Status": summary.get("Status")},
        )


def object_lambdas(at: Place) -> None:
    """Access points whose objects, or lists of them, a function makes for whoever asks."""
    account = at.reader.account
    for point in at.each("s3control:ListAccessPointsForObjectLambda", AccountId=account):
        asked, arn = {"AccountId": account, "Name": point["Name"]}, str(point["ObjectLambdaAccessPointArn"])
        policy = at.reader.one(
            "s3control:GetAccessPointPolicyForObjectLambda", policy_of(arn), at.region, absent=_NO_POLICY, **asked
        )
        add_policy(at.reader, arn, policy)
        found = at.one("s3control:GetAccessPointConfigurationForObjectLambda", **asked).get("Configuration") or {}
        for entry in found.get("TransformationConfigurations") or ():
            function = (entry.get("ContentTransformation") or {}).get("AwsLambda") or {}
            at.trigger(arn, function.get("FunctionArn"), events=tuple(sorted(entry.get("Actions") or ())))


def data_catalogs(at: Place) -> None:
    """Catalogs of type LAMBDA, whose queries ask functions, and of type HIVE, whose metadata a function has."""
    for summary in at.each("athena:ListDataCatalogs"):
        if summary.get("Type") in ("LAMBDA", "HIVE"):
            name = str(summary["CatalogName"])
            parameters = (at.one("athena:GetDataCatalog", Name=name).get("DataCatalog") or {}).get("Parameters") or {}
            for function in dict.fromkeys(parameters.get(key) for key in _FUNCTIONS):
                at.trigger(at.arn(f"datacatalog/{name}"), function)
