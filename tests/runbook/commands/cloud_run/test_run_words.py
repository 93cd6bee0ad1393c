"""Cloud Run in words: a service with everything that gcloud tells of, printed by gcloud once."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from runbook.commands.cloud_run.words import service_words, traffic_words
from runbook.commands.language.layout import labels, laid_out, lines, section

DATA = Path(__file__).resolve().parents[3] / "data" / "run"
SERVICE = json.loads((DATA / "service.json").read_text())


def test_service_words_are_those_of_gcloud() -> None:
    assert service_words(SERVICE) == (DATA / "service.txt").read_text()


def test_service_words_mark_a_failed_revision_and_wrap_the_message() -> None:
    service = copy.deepcopy(SERVICE)
    service["status"]["conditions"][0] |= {"status": "False", "message": "It did not start. " * 8}
    service["status"]["latestReadyRevisionName"] = "auth-staging-00017-dax"
    told = service_words(service).splitlines()
    assert told[0] == "! Service auth-staging in region us-central1"
    assert told[-2] == "! " + "It did not start. " * 5 + "It did"
    assert told[-1] == "not start. It did not start. It did not start."


def test_traffic_words_tell_the_wish_beside_what_is() -> None:
    service = copy.deepcopy(SERVICE)
    service["spec"]["traffic"] = [{"latestRevision": True, "percent": 100}]
    assert traffic_words(service) == (
        "URL: https://auth-staging-841234567890.us-central1.run.app\n"
        "Traffic:\n"
        "  -    (currently 40%) auth-staging-00017-dax\n"
        "                         also (Deleting):"
        " https://also---auth-staging-841234567890.us-central1.run.app\n"
        "                         old (Deleting):"
        "  https://old---auth-staging-841234567890.us-central1.run.app\n"
        "  100% (currently 60%) LATEST (currently auth-staging-00018-biv)\n"
    )


def test_labels_without_a_value_are_left_out_and_sections_align_by_themselves() -> None:
    inner = section(labels(("A long label of it", "1"), ("B", "2")))
    assert laid_out(lines(labels(("C", "3"), ("D", "")), inner)) == (
        "C: 3\nA long label of it: 1\nB:                  2\n"
    )
