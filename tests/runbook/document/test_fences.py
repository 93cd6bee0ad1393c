from __future__ import annotations

from runbook.document import fences
from runbook.document.definition import StepAttributes


def test_attributes_are_read_and_foreign_ones_kept() -> None:
    info = fences.read(
        'bash {id=scale needs=a,b approve="2 infrastructure" undo=back timeout=10m'
        " expect='state == \"READY\"' name=x}"
    )
    assert info.language == "bash"
    assert info.attributes == StepAttributes(
        id="scale",
        needs=("a", "b"),
        approve="2 infrastructure",
        undo="back",
        timeout=600,
        other={"name": "x"},
    )
    assert info.expect == 'state == "READY"'
    assert info.wrong == ""


def test_json_attributes_are_foreign() -> None:
    info = fences.read('sh {"id":"01HF","name":"x"}')
    assert info.attributes == StepAttributes(other={"info": '{"id":"01HF","name":"x"}'})


def test_bad_values_are_named() -> None:
    assert fences.read("sh {timeout=soon}").wrong == (
        "`timeout=soon` is not a length of time such as `10m`"
    )
    assert fences.read("sh {id=a/b}").wrong.startswith("An `id` has 1 to 80")
    assert fences.read("sh {id=a/b}").attributes.id == ""
