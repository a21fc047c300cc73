"""Answers of AWS that a test writes down: each is held to botocore's model of the call before it is handed out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import boto3
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

#: What a call is answered with: an output, what makes one of its parameters (None leaves it to the server), or an
#: error.
Answer = dict[str, Any] | Callable[[dict[str, Any]], dict[str, Any] | None] | ClientError
Answers = Mapping[str, Answer]


#: The models of all services are read once for all tests.
_LOADER = botocore.session.get_session().get_component("data_loader")


def refused(code: str = "AccessDenied", status: int = 403) -> ClientError:
    error = {"Code": code, "Message": "not authorized"}
    return ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}, "Recorded")


def answer_calls(events: Any, answers: Answers, *, only: bool) -> None:
    """Have calls answered by `service:Operation`; `only`: any other call is a mistake of the test."""

    def remember(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["asked"] = dict(params)

    def answer(model: Any, context: dict[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
        name = f"{model.service_model.service_name}:{model.name}"
        if name not in answers:
            assert not only, f"nothing is recorded for {name}"
            return None
        found = answers[name]
        if isinstance(found, ClientError):
            raise found
        output = found(context["asked"]) if callable(found) else found
        if output is None:
            return None
        problems = ParamValidator().validate(output, model.output_shape)
        assert not problems.has_errors(), f"{name}: {problems.generate_report()}"
        return AWSResponse("", 200, {}, None), {**output, "ResponseMetadata": {"HTTPStatusCode": 200}}

    events.register("provide-client-params", remember)
    events.register("before-call", answer)


class RecordedSession:
    """A session that answers from what is recorded, and from nothing else."""

    def __init__(self, answers: Answers) -> None:
        core = botocore.session.get_session()
        core.register_component("data_loader", _LOADER)
        self._session = boto3.Session("key", "secret", region_name="eu-west-1", botocore_session=core)
        answer_calls(self._session.events, answers, only=True)

    def client(self, service_name: str, **settings: Any) -> Any:
        return self._session.client(service_name, **settings)

    def get_available_regions(self, service_name: str, partition_name: str) -> list[str]:
        return self._session.get_available_regions(service_name, partition_name)
