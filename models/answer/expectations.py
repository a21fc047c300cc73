"""Whether what is expected of scenarios holds: `test`."""

from models.answer.parts import AnswerModel, FactAnswer


class ExpectationAnswer(AnswerModel):
    """`expected` and `got` are sentences for people; `got` is empty where it passed."""

    name: str
    passed: bool
    expected: str
    got: str


class ScenarioAnswer(AnswerModel):
    file: str
    name: str
    passed: bool
    expectations: tuple[ExpectationAnswer, ...]


class TestAnswer(AnswerModel):
    __test__ = False

    scenarios: tuple[ScenarioAnswer, ...]
    assumes: tuple[FactAnswer, ...] = ()
