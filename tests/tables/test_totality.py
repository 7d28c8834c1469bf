"""Operations, states and permissions against the botocore model: a missing or extra row names itself."""

from __future__ import annotations

import pytest

from fake_kms.operations import DECLARATIONS
from fake_kms.tables import enum_sets, key_specs, model
from fake_kms.tables.key_states import KEY_STATES, TRANSITIONS, Change, KeyState
from fake_kms.tables.permissions import PERMISSIONS

# Operations of the model that a later issue brings, by name, in this one place.
NOT_YET_BUILT: set[str] = set()

# The botocore these tables mirror; an older one knows fewer operations, a newer one may know more.
MIRRORED = 56


def known(names):
    """Leave out what an older botocore does not have yet."""
    return set(names) & set(model.load()) if len(model.load()) < MIRRORED else set(names)


def test_every_operation_of_the_model_is_declared_or_listed_as_not_yet_built():
    assert known(set(DECLARATIONS) | NOT_YET_BUILT) == set(model.load())
    assert set(DECLARATIONS) & NOT_YET_BUILT == set()


def test_every_operation_has_a_permission():
    assert known(PERMISSIONS) == set(model.load())


def test_every_operation_on_a_key_has_a_row_of_states():
    with_key = {name for name, row in PERMISSIONS.items() if row.resource in {"key", "alias"}} | {"ListAliases"}

    assert with_key == set(KEY_STATES)


@pytest.mark.parametrize("operation", sorted(KEY_STATES))
def test_a_row_of_states_has_every_state(operation):
    assert set(KeyState) == set(KEY_STATES[operation])


def test_transitions_start_and_end_in_states_that_exist_and_use_every_change():
    assert set(KeyState) == set(TRANSITIONS)
    assert set(Change) == {change for row in TRANSITIONS.values() for change in row}


@pytest.mark.parametrize("operation", sorted(PERMISSIONS))
def test_permissions_agree_with_the_model(operation):
    if operation not in model.load():
        return
    request = model.load()[operation].input.members
    permission = PERMISSIONS[operation]

    uses_context = any("EncryptionContext" in name for name in request)
    names_context = "kms:EncryptionContextKeys" in permission.condition_keys
    assert uses_context == names_context or operation in {"CreateGrant", "RetireGrant"}
    assert ("Recipient" in request) == ("kms:RecipientAttestation" in permission.condition_keys)
    if permission.grant_operations:
        assert set(permission.grant_operations) <= set(
            model.load()["CreateGrant"].input.members["Operations"].element.enum
        )


def test_declared_members_are_in_the_model():
    for declaration in DECLARATIONS.values():
        if declaration.name not in model.load():
            continue
        request = model.load()[declaration.name].input.members
        for use in declaration.keys:
            for member in (use.member, use.algorithm, use.ciphertext):
                assert member is None or member in request, (declaration.name, member)
            assert use.optional or use.ciphertext or use.member in model.load()[declaration.name].input.required


def test_operations_that_change_something_and_have_dry_run_end_it_before_the_change():
    for declaration in DECLARATIONS.values():
        reads = declaration.name.startswith(("Describe", "Get", "List"))
        assert not (reads and declaration.changes), declaration.name


def test_key_specs_are_those_of_the_model():
    create = model.load()["CreateKey"].input.members
    expected = set(create["KeySpec"].enum)

    assert {name for name in key_specs.KEY_SPECS if name in expected or len(model.load()) == MIRRORED} == expected
    for spec in key_specs.KEY_SPECS.values():
        assert set(spec.usages) <= set(create["KeyUsage"].enum) | {"ENCAPSULATE_DECAPSULATE"}


def test_printed_enum_sets_hold_the_values_of_the_model():
    shapes = {member.name: member for operation in model.load().values() for member in operation.input.members.values()}
    for name, printed in enum_sets.PRINTED.items():
        if name != "DataKeySpec":  # there AWS prints another set than it takes
            assert set(printed) == set(shapes[name].enum), name
