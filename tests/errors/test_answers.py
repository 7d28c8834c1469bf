"""The answers as a catalog: each has a rank and a source, and every kind of cause has its answer."""

from __future__ import annotations

import citations
import generate_fidelity
from installed import NEWER_OPERATIONS

from fake_kms import errors
from fake_kms.errors import Rank
from fake_kms.policy.decide import Outcome
from fake_kms.xks import Failure

ANSWERS = [entry for entries in generate_fidelity.answers().values() for entry in entries]
EMULATORS = {"LocalStack", "local-kms", "moto"}


def cited(row):
    return [item.strip() for item in row.source.split(";")]


def test_the_source_of_every_answer_leads_somewhere():
    # The installed botocore may lack an operation whose page is a source.
    lacking = {f"the model has no {name}" for name in NEWER_OPERATIONS}
    problems = [(entry.name, {*citations.problems(entry.row.source)} - lacking) for entry in ANSWERS]

    assert [(name, wrong) for name, wrong in problems if wrong] == []
    assert len(ANSWERS) > 150


def test_answers_that_are_contradicted_in_every_situation_are_assumed():
    contradicted = [
        entry
        for entry in ANSWERS
        if any(item.startswith("contradicted by") and ", for " not in item for item in cited(entry.row))
    ]

    assert {entry.row.rank for entry in contradicted} == {Rank.ASSUMED}


def test_denials_have_their_text_in_a_member_with_a_capital():
    # As in the body of a denial in docs/aws/evidence.md#authorization.
    denials = [entry for entry in ANSWERS if entry.row.code == "AccessDeniedException"]

    assert [entry.name for entry in denials if entry.row.field != "Message"] == []
    assert len(denials) >= 5


def test_answers_of_emulators_name_one():
    for entry in ANSWERS:
        if entry.row.rank is Rank.EMULATOR:
            assert {item.split(",")[0] for item in cited(entry.row)} & EMULATORS, entry.name


def test_every_answer_is_exported_and_every_name_is_there():
    names = {entry.name.partition(":")[0] for entry in ANSWERS}

    assert names <= set(errors.__all__)
    assert [name for name in errors.__all__ if not hasattr(errors, name)] == []
    assert len(set(errors.__all__)) == len(errors.__all__)


def test_an_error_knows_its_row():
    error = errors.disabled("the key")

    assert (error.code, error.message, error.status, error.field) == (
        "DisabledException",
        "the key is disabled.",
        400,
        "message",
    )
    assert (error.rank, error.source) == (Rank.RECORDED, "docs/aws/recorded.md#sign-verify")
    assert str(error) == "DisabledException: the key is disabled."


def test_an_error_without_a_text():
    error = errors.invalid_mac()

    assert (error.code, error.message) == ("KMSInvalidMacException", None)
    assert str(error) == "KMSInvalidMacException"
    assert errors.invalid_mac() is not error


def test_every_outcome_of_a_decision_has_its_denial():
    outcomes = {outcome.value for outcome in Outcome} - {"ALLOWED"}
    managed = {"DENIED_BY_MANAGED_POLICY", "DENIED_BY_MANAGED_BOUNDARY"}

    assert set(errors.access_denied.answers) == outcomes | managed
    own = {outcome for outcome in outcomes if "KEY_POLICY" not in outcome} | managed
    for choice in (
        errors.access_denied_to_foreign_key,
        errors.access_denied_by_ciphertext,
        errors.access_denied_to_tag,
    ):
        assert set(choice.answers) == own


def test_every_failure_of_an_external_key_store_has_its_answers():
    kinds = {failure.value for failure in Failure}

    assert set(errors.xks_operation.answers) == kinds
    assert set(errors.xks_key_unusable.answers) == kinds
    creating = (errors.xks_unreachable, errors.xks_credential, errors.xks_configuration, errors.xks_response)
    assert sorted(kind for choice in creating for kind in choice.answers) == sorted(kinds)
