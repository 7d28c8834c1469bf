"""Operations, states and permissions against the botocore model: a missing or extra row names itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from botocore.loaders import Loader
from installed import IS_OLD, NEWER_VALUES, OPTIONAL, has, needs

from fake_kms.operations import DECLARATIONS
from fake_kms.service import condition_context
from fake_kms.tables import beyond_model, key_specs, model
from fake_kms.tables.key_states import KEY_STATES, TRANSITIONS, Change, KeyState
from fake_kms.tables.page_sizes import PAGE_SIZES
from fake_kms.tables.permissions import PERMISSIONS
from fake_kms.tables.recipients import REPLACED_MEMBERS, WITHOUT_MATERIAL_ID

# Operations of the model that a later issue brings, by name, in this one place.
NOT_YET_BUILT: set[str] = set()

# The keys that a request may leave out although no ciphertext names them.
OPTIONAL_KEYS = {("ListAliases", "KeyId")}


def known(names):
    """Leave out what an older botocore does not have yet."""
    return set(names) & set(model.load()) if IS_OLD else set(names)


def test_the_model_is_the_one_that_clients_have():
    assert model._read() == Loader().load_service_model("kms", "service-2")


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


def test_every_condition_key_of_a_permission_has_a_provider_and_the_reverse():
    offered = {name.lower() for row in PERMISSIONS.values() for name in row.all_condition_keys}
    provided = {*condition_context._KEYS, *condition_context._WITH_A_PART}

    # Only the caller can say that a request comes through a service.
    assert offered - provided == {"kms:viaservice"}
    assert provided - offered == set()


def test_declared_members_are_in_the_model():
    for declaration in DECLARATIONS.values():
        if declaration.name not in model.load():
            continue
        request = model.load()[declaration.name].input.members
        for use in declaration.keys:
            for member in (use.member, use.algorithm, use.ciphertext):
                assert member is None or member in request, (declaration.name, member)
            required = model.load()[declaration.name].input.required
            assert use.ciphertext or use.member in required or (declaration.name, use.member) in OPTIONAL_KEYS


def test_operations_that_change_something_and_have_dry_run_end_it_before_the_change():
    for declaration in DECLARATIONS.values():
        reads = declaration.name.startswith(("Describe", "Get", "List"))
        assert not (reads and declaration.changes), declaration.name


def test_key_specs_are_those_of_the_model():
    create = model.load()["CreateKey"].input.members
    expected = set(create["KeySpec"].enum)

    assert {name for name in key_specs.KEY_SPECS if name in expected or not IS_OLD} == expected
    for spec in key_specs.KEY_SPECS.values():
        assert set(spec.usages) - NEWER_VALUES <= set(create["KeyUsage"].enum) <= set(key_specs.ALGORITHM_LISTS)


def test_every_listing_operation_has_a_page_size_that_the_model_allows():
    requests = {name: operation.input.members for name, operation in model.load().items()}

    assert {name for name, members in requests.items() if "Limit" in members} == known(PAGE_SIZES)
    for name in known(PAGE_SIZES):
        size, limit = PAGE_SIZES[name], requests[name]["Limit"]
        assert limit.minimum <= size.default <= size.maximum <= limit.maximum, name


def test_answers_for_recipients_replace_members_that_the_model_has():
    answers = [
        operation.output.members for operation in model.load().values() if "Recipient" in operation.input.members
    ]

    assert all("CiphertextForRecipient" in members for members in answers)
    assert set(REPLACED_MEMBERS) - {"SharedSecret"} <= {name for members in answers for name in members}
    assert has("DeriveSharedSecret:SharedSecret") or IS_OLD


@needs("Decrypt:KeyMaterialId")
def test_answers_for_recipients_lack_the_id_of_the_material():
    for name in WITHOUT_MATERIAL_ID:
        assert "Recipient" in model.load()[name].input.members
        assert "KeyMaterialId" in model.load()[name].output.members


def test_printed_enum_sets_hold_the_values_of_the_model():
    shapes = {member.name: member for operation in model.load().values() for member in operation.input.members.values()}
    for name, printed in beyond_model.PRINTED_ENUM_SETS.items():
        if name != "DataKeySpec":  # there AWS prints another set than it takes
            known = set(shapes[name].enum)
            assert set(printed) >= known if IS_OLD else set(printed) == known, name


def test_what_the_service_adds_to_its_model_is_not_in_the_model():
    shapes = {member.name: member for operation in model.load().values() for member in operation.input.members.values()}

    for name, member in beyond_model.REQUIRED_MEMBERS.items():
        request = model.load()[name].input
        assert member in request.members
        assert (member in request.required) is ((name, member) in OPTIONAL and IS_OLD)
    for name, values in beyond_model.ACCEPTED_VALUES.items():
        assert values.isdisjoint(shapes[name].enum)
    for name, pattern in beyond_model.PATTERNS.items():
        assert shapes[name].pattern == pattern


def test_the_cryptographic_operations_use_a_key():
    cryptographic = {name for name, declaration in DECLARATIONS.items() if declaration.is_cryptographic}

    assert {"Decrypt", "Encrypt", "GenerateMac", "Sign"} <= cryptographic <= set(KEY_STATES)


@needs("GetKeyLastUsage")
def test_the_cryptographic_operations_are_those_that_get_key_last_usage_reports():
    cryptographic = {name for name, declaration in DECLARATIONS.items() if declaration.is_cryptographic}
    last_usage = model.load()["GetKeyLastUsage"].output.members["KeyLastUsage"]

    assert set(last_usage.members["Operation"].enum) == cryptographic


def has_tests(node):
    return any(isinstance(inner, ast.FunctionDef) and inner.name.startswith("test_") for inner in ast.walk(node))


def named_in(path):
    """Return the names of the test classes of a file, and its own name as that of a class."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    named["".join(word.capitalize() for word in path.stem.split("_"))] = tree
    return {name for name, node in named.items() if has_tests(node)}


TESTS = Path(__file__).parents[1]
TESTED = {
    name
    for folder in ("operations", "lifecycle")
    for path in (TESTS / folder).rglob("test_*.py")
    for name in named_in(path)
}


@pytest.mark.parametrize("operation", sorted(DECLARATIONS))
def test_every_operation_has_a_class_or_a_file_of_tests_with_its_name(operation):
    assert f"Test{operation}" in TESTED
