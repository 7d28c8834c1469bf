"""How an event reads: answered, refused, or raised."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import datetime, timezone

import pytest

from fake_kms.controls.journal import Event, Journal, Log

KEY = "arn:aws:kms:us-east-1:123456789012:key/k"
BEFORE = "before anybody asked whether the caller may."


def event(**changes):
    facts = {
        "operation": "Decrypt",
        "request_id": "r",
        "epoch": 0.0,
        "access_key_id": "testing",
        "principal": "arn:aws:iam::123456789012:user/admin",
        "region": "us-east-1",
        "key_arns": (KEY,),
        "input": {},
    }
    return Event(**(facts | changes))


ANSWERED = event()
REFUSED = event(error_code="DisabledException", error_message=f"{KEY} is disabled.")
RAISED = event(raised="TypeError")


@pytest.mark.parametrize(
    ("one", "succeeded", "outcome"),
    [
        (ANSWERED, True, "ok"),
        (REFUSED, False, f"DisabledException: {KEY} is disabled."),
        (event(error_code="InvalidCiphertextException"), False, "InvalidCiphertextException"),
        (RAISED, False, "raised TypeError"),
    ],
)
def test_its_outcome(one, succeeded, outcome):
    text = f"Decrypt {KEY} by arn:aws:iam::123456789012:user/admin -> {outcome}"

    assert (one.succeeded, str(one), repr(one)) == (succeeded, text, f"<Event {text}>")


def test_a_wrong_encryption_context_is_named():
    refused = event(error_code="InvalidCiphertextException", input={"EncryptionContext": {"a": "b"}})

    assert str(refused).endswith("-> InvalidCiphertextException (under the encryption context {'a': 'b'})")


def test_without_caller_and_keys():
    assert str(event(operation="", principal=None, key_arns=())) == " - by nobody -> ok"


@pytest.mark.parametrize(
    ("one", "line"),
    [
        (REFUSED, f"  The request was answered {BEFORE}"),
        (RAISED, f"  TypeError was raised {BEFORE}"),
    ],
)
def test_its_explanation_where_nothing_was_decided(one, line):
    assert one.explain() == f"{one}\n{line}"


def test_it_is_frozen_and_equal_to_itself_only():
    with pytest.raises(FrozenInstanceError, match=r"^cannot assign to field 'operation'$"):
        ANSWERED.operation = "Encrypt"
    assert event() != event()
    assert {ANSWERED: 1}[ANSWERED] == 1


def test_what_raised_is_among_what_failed_and_has_no_error_code():
    log = Log()
    log.entries += [ANSWERED, REFUSED, RAISED]
    journal = Journal(log, lambda _: ())

    assert journal.events(succeeded=False) == [REFUSED, RAISED]
    assert journal.events(succeeded=True) == [ANSWERED]
    assert journal.events(error="DisabledException") == [REFUSED]


def test_a_journal_makes_an_event_of_its_fields_once():
    log = Log()
    journal = Journal(log, lambda _: ())
    log.add("ListKeys", "r", 0.0, None, None, None, (), {})
    iterator = iter(journal)
    log.entries.append(RAISED)

    assert journal[0] is journal[0] is journal[-2] is journal[:1][0] is next(iterator)
    assert str(journal[0]) == "ListKeys - by nobody -> ok"
    assert [*iterator] == [RAISED]
    with pytest.raises(IndexError):
        journal[2]


OPERATIONS = ["ListKeys", "CreateKey", "ListKeys", "Decrypt", "Encrypt"]


@pytest.fixture
def log():
    """Return what was noted of requests, of which none was read yet."""
    log = Log()
    for number, operation in enumerate(OPERATIONS):
        key_arns = (f"{KEY}{number}", f"{KEY}{number}b")
        code = "DisabledException" if operation == "Decrypt" else None
        log.add(operation, f"r{number}", 0.0, None, None, None, key_arns, {}, code)
    return log


@pytest.fixture
def journal(log):
    """Return the journal of these requests."""
    return Journal(log, lambda _: ())


def test_a_journal_reads_like_a_list_of_events(journal):
    assert (len(journal), repr(journal)) == (5, "<Journal of 5 events>")
    assert [event.operation for event in journal] == OPERATIONS
    assert [event.request_id for event in (journal[1], journal[4], journal[-1], journal[-4])] == [
        "r1",
        "r4",
        "r4",
        "r1",
    ]
    journal.clear()
    assert (len(journal), [*journal], journal.events()) == (0, [], [])


def test_a_journal_that_grows_while_it_is_read(journal, log):
    iterator = iter(journal)
    next(iterator)
    log.entries.append(RAISED)

    assert [event.operation for event in iterator] == [*OPERATIONS[1:], RAISED.operation]


@pytest.mark.parametrize("part", [slice(None), slice(1, 3), slice(-2, None), slice(None, None, -2), slice(7, 9)])
def test_a_part_of_a_journal(journal, part):
    assert [event.operation for event in journal[part]] == OPERATIONS[part]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, "r0 r1 r2 r3 r4"),
        ({"operation": "ListKeys"}, "r0 r2"),
        ({"operation": "Sign"}, ""),
        ({"key": f"{KEY}1"}, "r1"),
        ({"key": "k1"}, "r1"),
        ({"key": "k1b"}, "r1"),
        ({"error": "DisabledException"}, "r3"),
        ({"error": "NotFoundException"}, ""),
        ({"succeeded": True}, "r0 r1 r2 r4"),
        ({"succeeded": False}, "r3"),
        ({"operation": "ListKeys", "key": "k2", "succeeded": True}, "r2"),
        ({"operation": "ListKeys", "key": "k2", "succeeded": False}, ""),
        ({"operation": "ListKeys", "key": "k1"}, ""),
    ],
)
def test_the_events_that_fit(journal, wanted, found):
    assert " ".join(event.request_id for event in journal.events(**wanted)) == found


@pytest.mark.parametrize(
    "operation",
    [
        "CustomKeyStoreConnected",
        "CustomKeyStoreDisconnected",
        "CustomKeyStoreFailed",
        "DeleteExpiredKeyMaterial",
        "DeleteKey",
        "ExpireImportToken",
        "PropagateGrant",
        "RotateKey",
        "SynchronizeMultiRegionKey",
    ],
)
def test_what_aws_does_by_itself_can_be_asked_for(journal, log, operation):
    log.add(operation, "", 0.0, None, "AWS Internal", None, (), {})

    assert journal.events(operation) == [journal[-1]]


def test_an_operation_that_kms_does_not_have(journal):
    with pytest.raises(ValueError, match=r"^KMS has no operation 'Decypt': did you mean 'Decrypt'\?$"):
        journal.events("Decypt")


def test_the_first_key_and_the_time_of_an_event(journal):
    assert journal[1].key_arn == f"{KEY}1"
    assert event(key_arns=()).key_arn is None
    assert event(epoch=1.5).time == datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=timezone.utc)


def test_the_last_refusal_is_explained_and_not_what_raised_after_it(kms, client):
    with pytest.raises(client.exceptions.NotFoundException):
        client.describe_key(KeyId="foo")
    kms._service.log.entries.append(RAISED)

    assert kms.explain().startswith("DescribeKey - by arn:aws:iam::123456789012:user/admin -> NotFoundException: ")
    assert kms.explain(RAISED).startswith(str(RAISED))


def test_there_is_nothing_to_explain(kms, client):
    client.list_keys()
    with pytest.raises(LookupError, match=r"^no request was refused; name the event to explain$"):
        kms.explain()
