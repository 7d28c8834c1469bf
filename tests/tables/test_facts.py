"""The tables of the code, row by row, against AWS's own tables as `docs/aws` keeps them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fake_kms import errors
from fake_kms.tables import model
from fake_kms.tables.beyond_model import ACCEPTED_VALUES, PATTERNS, PRINTED_ENUM_SETS
from fake_kms.tables.imports import IMPORTS
from fake_kms.tables.key_specs import (
    ALGORITHM_LISTS,
    DIGEST_LENGTHS,
    EXTERNAL_MU_LENGTH,
    KEY_SPECS,
    MESSAGE_TYPES,
    MESSAGE_TYPES_OF_ALGORITHM,
    MESSAGE_TYPES_OF_KIND,
)
from fake_kms.tables.key_states import KEY_STATES, TRANSITIONS, Change, KeyState
from fake_kms.tables.managed_keys import MANAGED_KEYS, UNUSED_ALIASES
from fake_kms.tables.page_sizes import PAGE_SIZES
from fake_kms.tables.permissions import COMMON_KEYS, GRANTABLE_BY_USAGE, PERMISSIONS
from fake_kms.tables.quotas import QUOTAS

PAGES = Path(__file__).parents[2] / "docs" / "aws"
NOTHING = "\N{EN DASH}"  # of a cell


def page(name):
    return (PAGES / name).read_text(encoding="utf-8")


def rows(name, heading):
    """Give the rows of the first table under a heading, each by the names of its columns."""
    section = page(name).partition(f"\n{heading}\n")[2]
    lines = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)[0].splitlines()
    columns, _, *cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return [dict(zip(columns, row, strict=True)) for row in cells]


# Key states. The footnotes of the page that are errors of a state, and those that are not: they are about the origin of
# the key, which is checked apart from its state.
REFUSALS = {
    1: errors.disabled,
    3: errors.pending_deletion,
    4: errors.not_pending_deletion,
    5: errors.pending_import,
    11: errors.unavailable,
    14: errors.creating,
    15: errors.updating,
}
OF_THE_ORIGIN = {6, 7, 9}
OF_THE_STATE = {
    "Disabled": errors.disabled,
    "PendingImport": errors.pending_import,
    "Unavailable": errors.unavailable,
}
# "Corrections and additions" of the page, and its footnote 10.
CORRECTED = {
    ("GetPublicKey", "Disabled"): None,
    ("GetKeyRotationStatus", "PendingImport"): None,
    ("GetKeyRotationStatus", "Unavailable"): None,
    ("UpdateAlias", "PendingDeletion / PendingReplicaDeletion"): errors.pending_deletion,
}
AS_SIGN = ("DeriveSharedSecret", "Encapsulate", "Decapsulate")
ALWAYS = ("ListKeyRotations", "GetKeyLastUsage")
GUIDE = {row.pop("API"): row for row in rows("api_semantics.md", "### As documented")}


def expected_refusal(operation, column, cell):
    if (operation, column) in CORRECTED:
        return CORRECTED[operation, column]
    notes = {int(number) for number in re.findall(r"\d+", cell)}
    if cell.startswith(("✓", "?")):
        return None
    if "[2 or 3]" in cell:
        return errors.pending_deletion
    stated = [REFUSALS[note] for note in sorted(notes - OF_THE_ORIGIN) if note in REFUSALS]
    # "N/A" of a state that the operation's keys could not have when the page was written.
    return stated[0] if stated else OF_THE_STATE.get(column, errors.pending_deletion)


@pytest.mark.parametrize("operation", sorted(GUIDE))
def test_the_key_states_are_those_of_the_guide(operation):
    for column, cell in GUIDE[operation].items():
        for state in column.split(" / "):
            expected = expected_refusal(operation, column, cell)
            if state == "PendingReplicaDeletion" and expected is errors.pending_deletion:
                expected = errors.pending_replica_deletion
            assert KEY_STATES[operation][KeyState(state)] is expected, (operation, state)


def test_the_key_states_of_operations_that_are_newer_than_the_guide():
    sign = KEY_STATES["Sign"]

    assert set(KEY_STATES) - set(GUIDE) == {*AS_SIGN, *ALWAYS, "RotateKeyOnDemand"}
    assert [KEY_STATES[operation] for operation in AS_SIGN] == [sign] * 3
    assert [set(KEY_STATES[operation].values()) for operation in ALWAYS] == [{None}] * 2
    assert KEY_STATES["RotateKeyOnDemand"] == sign | {KeyState.UPDATING: errors.updating}


# Change -> the states in which it can happen, each with the state after it, by the guide and the API reference:
# a disconnected key stays
# Unavailable until it is connected, a key that waits for its deletion goes on waiting.
CHANGES = {
    Change.ENABLE: "Enabled>Enabled Disabled>Enabled Unavailable>Unavailable",
    Change.DISABLE: "Enabled>Disabled Disabled>Disabled Unavailable>Unavailable",
    Change.SCHEDULE_DELETION: "Enabled>PendingDeletion Disabled>PendingDeletion PendingImport>PendingDeletion "
    "Unavailable>PendingDeletion Creating>PendingDeletion",
    Change.SCHEDULE_REPLICA_DELETION: "Enabled>PendingReplicaDeletion Disabled>PendingReplicaDeletion "
    "PendingImport>PendingReplicaDeletion",
    Change.LAST_REPLICA_DELETED: "PendingReplicaDeletion>PendingDeletion",
    Change.CANCEL_DELETION: "PendingDeletion>Disabled PendingReplicaDeletion>Disabled",
    # That a disabled key is enabled was recorded; see docs/aws/recorded.md#imported-key-material
    Change.IMPORT_MATERIAL: "PendingImport>Enabled Enabled>Enabled Disabled>Enabled Updating>Updating",
    Change.LOSE_MATERIAL: "Enabled>PendingImport Disabled>PendingImport PendingImport>PendingImport "
    "Updating>PendingImport PendingDeletion>PendingDeletion PendingReplicaDeletion>PendingReplicaDeletion",
    Change.DISCONNECT: "Enabled>Unavailable Disabled>Unavailable Unavailable>Unavailable "
    "PendingDeletion>PendingDeletion",
    Change.CONNECT: "Unavailable>Enabled PendingDeletion>PendingDeletion",
    Change.FINISH_CREATING: "Creating>Enabled",
    Change.FINISH_CREATING_WITHOUT_MATERIAL: "Creating>PendingImport",
    Change.BEGIN_UPDATING: "Enabled>Updating",
    Change.FINISH_UPDATING: "Updating>Enabled",
}


@pytest.mark.parametrize("change", Change, ids=lambda change: change.name)
def test_a_change_leads_where_the_guide_says(change):
    found = {f"{state.value}>{row[change].value}" for state, row in TRANSITIONS.items() if change in row}

    assert found == set(CHANGES[change].split())


PERMISSIONS_PAGE = {row.pop("Operation"): row for row in rows("authorization.md", "## Permissions")}
RESOURCES = {"alias+key": "alias", "`*`": "*", "the RetiringPrincipal value (docs)": "retiring principal"}
CONTEXT = {"kms:EncryptionContext", "kms:EncryptionContextKeys"}


def condition_keys(cell):
    """Give the condition keys of a cell, as the code writes them: without their changing parts."""
    found = set()
    for name in re.split(r"[,+] ?", cell.replace(" ", "")):
        if name == "C":
            found |= set(COMMON_KEYS)
        elif name == "EC*":
            found |= CONTEXT
        elif name != NOTHING:
            plain = re.split(r"[/:]", name.removeprefix("aws:"))[0]
            found.add(f"aws:{plain}" if name.startswith("aws:") else f"kms:{plain}")
    return found


@pytest.mark.parametrize("operation", sorted(PERMISSIONS_PAGE))
def test_the_permissions_are_those_of_the_page(operation):
    facts, permission = PERMISSIONS_PAGE[operation], PERMISSIONS[operation]

    assert ", ".join(permission.actions) == ", ".join(f"kms:{name}" for name in facts["Action(s)"].split(", "))
    assert permission.resource == RESOURCES.get(facts["Resource"], facts["Resource"])
    assert permission.cross_account is (facts["X-acct"] == "yes")
    assert ", ".join(permission.grant_operations) == facts["Grant op"].strip(NOTHING)
    assert permission.accepts_alias is (facts["alias as KeyId"] == "y")
    extra = next(value for column, value in facts.items() if column.startswith("Extra condition keys"))
    assert set(permission.all_condition_keys) == condition_keys(extra)
    assert len(permission.all_condition_keys) == len(condition_keys(extra))
    if operation in model.load():
        members = model.load()[operation].input.members
        assert (facts["GrantTokens"] == "y", facts["DryRun"] == "y") == ("GrantTokens" in members, "DryRun" in members)


def test_the_permissions_page_has_every_operation():
    assert set(PERMISSIONS_PAGE) == set(PERMISSIONS)


def test_further_permissions_are_those_of_the_notes():
    also = {name: row.also for name, row in PERMISSIONS.items() if row.also}

    assert also == {
        "CreateKey": (("kms:TagResource", "Tags"),),
        "ReplicateKey": (("kms:TagResource", "Tags"), ("kms:CreateKey", None)),
    }
    assert {name for name, row in PERMISSIONS.items() if row.present_key} == {"DeleteAlias", "UpdateAlias"}


GRANTABLE = {
    "symmetric ENCRYPT_DECRYPT": ("ENCRYPT_DECRYPT", False),
    "RSA/SM2 ENCRYPT_DECRYPT": ("ENCRYPT_DECRYPT", True),
    "SIGN_VERIFY": ("SIGN_VERIFY", True),
    "GENERATE_VERIFY_MAC": ("GENERATE_VERIFY_MAC", False),
    "KEY_AGREEMENT": ("KEY_AGREEMENT", True),
    "ENCAPSULATE_DECAPSULATE": ("ENCAPSULATE_DECAPSULATE", True),
}


def test_the_operations_that_a_grant_may_hold_are_those_of_the_page():
    facts = {}
    for usage, allowed, *_ in map(dict.values, rows("authorization.md", "## Grants")):
        names = allowed.split(", ")
        full = [
            before + name[1:] if name.startswith("\N{HORIZONTAL ELLIPSIS}") else name
            for before, name in zip(["", *names], names, strict=False)
        ]
        facts[GRANTABLE[usage]] = {"CreateGrant", "DescribeKey", "RetireGrant", *full}

    assert facts == GRANTABLE_BY_USAGE


SHAPES = {
    "encryptionAlgorithm": "EncryptionAlgorithmSpec",
    "messageType": "MessageType",
    "macAlgorithm": "MacAlgorithmSpec",
    "signingAlgorithm": "SigningAlgorithmSpec",
    "keySpec (GenerateDataKey*)": "DataKeySpec",
}


def test_enum_sets_are_printed_as_on_the_page():
    facts = re.findall(r"^  - `([^`]+)`: \[([^]]+)\]$", page("errors.md"), re.MULTILINE)
    printed = {SHAPES[member]: tuple(values.split(", ")) for member, values in facts}
    # Of CreateKey's sets a recording of 2023 has the beginning, and that both sets of key specs have one order.
    usages = re.search(r"keyUsage `\[([^]]+)\]`; keySpec in the same order as GenerateDataKey", page("evidence.md"))[1]
    printed["KeyUsageType"] = (*usages.split(", "), "KEY_AGREEMENT", "ENCAPSULATE_DECAPSULATE")
    printed["KeySpec"] = (*printed["DataKeySpec"], "ML_KEM_512", "ML_KEM_768", "ML_KEM_1024")

    assert printed == PRINTED_ENUM_SETS
    assert "signingAlgorithm 'SYMMETRIC_DEFAULT' passes the enum check" in page("errors.md")
    assert {"SigningAlgorithmSpec": {"SYMMETRIC_DEFAULT"}} == ACCEPTED_VALUES


def test_the_patterns_beyond_the_model_are_those_of_the_page():
    ((pattern, shape),) = re.findall(r"hidden server-side pattern (\S+) on (\w+)", page("errors.md"))

    assert {shape: pattern} == PATTERNS


def test_the_common_condition_keys_are_those_of_the_page():
    listed = re.search(r"^C = [^`]*`([^`]+)`", page("authorization.md"), re.MULTILINE)[1]

    assert list(COMMON_KEYS) == [name.removesuffix("/k") for name in listed.split(", ")]


def test_the_key_specs_are_those_of_the_page():
    facts = {(row["KeySpec"], row["KeyUsage"]): row["list of algorithms"] for row in rows("crypto.md", "## Key specs")}
    # The order that AWS was recorded with later.
    (recorded,) = re.findall(r"Ed25519 → SigningAlgorithms \*\*\[([^]]+)\]\*\*", page("recorded.md"))
    facts["ECC_NIST_EDWARDS25519", "SIGN_VERIFY"] = f"SigningAlgorithms: {recorded}"

    assert facts == {
        (spec.name, usage): f"{ALGORITHM_LISTS[usage]}: {', '.join(algorithms)}"
        for spec in KEY_SPECS.values()
        for usage, algorithms in spec.usages.items()
    }


# What a key spec is by its name, and the bytes of its key material where the number in it says so.
KINDS = {
    "SYMMETRIC_DEFAULT": "symmetric",
    "RSA": "rsa",
    "ECC_NIST_EDWARDS25519": "ed25519",
    "ECC": "ecc",
    "HMAC": "hmac",
    "ML_DSA": "ml_dsa",
    "ML_KEM": "ml_kem",
    "SM2": "sm2",
}


@pytest.mark.parametrize("name", KEY_SPECS)
def test_what_a_key_spec_is(name):
    spec = KEY_SPECS[name]

    assert spec.kind == next(kind for prefix, kind in KINDS.items() if spec.name.startswith(prefix))
    assert spec.symmetric is (spec.name == "SYMMETRIC_DEFAULT")
    assert spec.asymmetric is not spec.name.startswith(("SYMMETRIC_DEFAULT", "HMAC"))
    assert spec.default_usage == ("ENCRYPT_DECRYPT" if spec.symmetric else None)
    bits = 256 if spec.symmetric else int(spec.name.rpartition("_")[2]) if spec.kind in {"rsa", "hmac"} else 0
    assert spec.size == bits // 8


@pytest.mark.parametrize(("name", "china", "elsewhere"), [("SM2", True, False), ("ML_KEM_768", False, True)])
def test_key_specs_of_some_regions_only(name, china, elsewhere):
    spec = KEY_SPECS[name]

    assert [spec.available_in("cn-north-1"), spec.available_in("eu-west-1")] == [china, elsewhere]


def test_every_other_key_spec_is_in_all_regions():
    some = {spec.name for spec in KEY_SPECS.values() if not spec.available_in("cn-north-1")} | {
        spec.name for spec in KEY_SPECS.values() if not spec.available_in("eu-west-1")
    }

    assert some == {"SM2", "ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"}


@pytest.mark.parametrize("algorithm", DIGEST_LENGTHS)
def test_a_digest_is_as_long_as_its_hash_says(algorithm):
    bits = re.search(r"SHA_(\d+)$", algorithm)  # SM2DSA hashes with SM3, of 256 bits

    assert DIGEST_LENGTHS[algorithm] == int(bits[1] if bits else 256) // 8


@pytest.mark.parametrize("name", KEY_SPECS)
def test_the_message_types_of_a_signing_algorithm(name):
    for algorithm in KEY_SPECS[name].usages.get("SIGN_VERIFY", ()):
        types = MESSAGE_TYPES_OF_ALGORITHM.get(
            algorithm, MESSAGE_TYPES_OF_KIND.get(KEY_SPECS[name].kind, MESSAGE_TYPES)
        )
        expected = {
            "ED25519_SHA_512": ["RAW"],
            "ED25519_PH_SHA_512": ["DIGEST"],
            "ML_DSA_SHAKE_256": ["RAW", "EXTERNAL_MU"],
        }
        assert list(types) == expected.get(algorithm, ["RAW", "DIGEST"]), algorithm


def test_an_external_mu_has_64_bytes():
    assert EXTERNAL_MU_LENGTH == 64


def test_every_algorithm_that_takes_digests_has_their_length():
    takes = {
        algorithm
        for spec in KEY_SPECS.values()
        if "DIGEST" in MESSAGE_TYPES_OF_KIND.get(spec.kind, MESSAGE_TYPES)
        for algorithm in spec.usages.get("SIGN_VERIFY", ())
        if "DIGEST" in MESSAGE_TYPES_OF_ALGORITHM.get(algorithm, MESSAGE_TYPES)
    }

    assert set(DIGEST_LENGTHS) == takes


IMPORTABLE = [row for row in rows("crypto.md", "### Importing by key spec") if row["wrapping algorithms"][:2] == "RS"]


@pytest.mark.parametrize("facts", IMPORTABLE, ids=lambda facts: facts["KeySpec"])
def test_imports_are_those_of_the_page(facts):
    rule, material = IMPORTS[facts["KeySpec"]], facts["key material"]
    lengths = [int(number) for number in re.findall(r"\d+", material.partition("bytes,")[2].partition(" (")[0])]

    assert ", ".join(rule.algorithms) == facts["wrapping algorithms"]
    assert (rule.shortest, rule.longest) == ((lengths[0], lengths[-1]) if lengths else (0, 0))
    assert rule.excluded == set(re.findall(r"(\w+) under (\w+)", material))


def test_no_other_key_spec_can_be_imported():
    # Ed25519 was recorded later: docs/aws/recorded.md#imported-key-material.
    assert set(IMPORTS) == {row["KeySpec"] for row in IMPORTABLE} | {"ECC_NIST_EDWARDS25519"}
    assert IMPORTS["ECC_NIST_EDWARDS25519"] == IMPORTS["ECC_NIST_P521"]


def test_page_sizes_are_those_of_the_page():
    line = re.search(r"^- Lists \(default/max\): (.*?)\. ", page("api_semantics.md"), re.MULTILINE)[1]
    facts = dict(fact.split(" ") for fact in line.split(", "))
    # Its page is not in the list. API_DescribeCustomKeyStores has no default; it is that of the other listings.
    facts["DescribeCustomKeyStores"] = "100/1000"

    assert {name: f"{size.default}/{size.maximum}" for name, size in PAGE_SIZES.items()} == facts


def test_quotas_are_those_of_the_page():
    line = re.search(r"^- Quotas: (.*)", page("api_semantics.md"), re.MULTILINE)[1]
    shown = {
        "keys": "{:,} keys",
        "aliases_per_key": "{} aliases/key",
        "grants_per_key": "{:,} grants/key",
        "custom_key_stores": "{} custom key stores",
        "on_demand_rotations": "{} on-demand rotations",
        "tags_per_key": "{} tags",
    }

    for name, text in shown.items():
        assert re.search(rf"(^|; ){re.escape(text.format(QUOTAS[name]))}(;|$)", line), name
    assert "key policy 32 KB" in line
    assert QUOTAS["policy_bytes"] == 32 * 1024
    assert QUOTAS["encryption_context_bytes"] == 8 * 1024
    assert set(QUOTAS) == {*shown, "policy_bytes", "encryption_context_bytes"}


MANAGED = {row["situation"]: row["AWS"] for row in rows("evidence.md", "## AWS managed keys, usage")}


def test_what_aws_managed_keys_protect_is_what_the_page_says():
    # One description is quoted as a whole, of the others what is protected; "Backup/Kafka/DynamoDB data" are three.
    first, others = re.search(r"protects my (.+) when .+`; (.+) …", MANAGED["Description"]).groups()
    facts = {}
    for thing in [first, *others.split(", ")]:
        services, what = thing.split(" ", 1)
        facts |= {service.lower(): f"{service} {what}" for service in services.split("/")}

    assert {service: MANAGED_KEYS[service].protects for service in facts} == facts
    assert len(facts) >= 10


def test_the_policies_of_aws_managed_keys_name_their_services_as_the_page_does():
    facts = re.findall(r"through (.+?) (?:for all .+?|…) to use (\w+)`", MANAGED["Sid of the policy"])
    found = [MANAGED_KEYS[service] for service in ("sqs", "ebs")]

    assert [(row.name, row.short_name or row.name) for row in found] == facts


def test_the_policies_of_aws_managed_keys_have_the_ids_and_services_of_the_page():
    policy_id, service = re.findall(r"`(.+?)`", MANAGED["aws/ebs: Id, kms:ViaService"])

    assert policy_id == f"auto-ebs-{MANAGED_KEYS['ebs'].revision}"
    assert service == f"{MANAGED_KEYS['ebs'].via}.{{region}}.amazonaws.com"
    assert f"`auto-sqs-{MANAGED_KEYS['sqs'].revision}`" in page("recorded.md")


def test_the_rotation_that_an_account_cannot_read_is_that_of_the_page():
    hidden = [name for name, row in MANAGED_KEYS.items() if not row.rotation_visible]

    assert [f"aws/{name}: GetKeyRotationStatus, ListKeyRotations" for name in hidden] == [
        title for title in MANAGED if title.endswith("ListKeyRotations")
    ]


def test_the_aliases_that_stand_unused_are_those_of_the_page():
    listings = {row["situation"]: row["AWS"] for row in rows("evidence.md", "## Lists, listings, wire members")}
    names = next(cell for title, cell in listings.items() if title.startswith("`alias/aws/…`"))

    assert ", ".join(alias.removeprefix("alias/aws/") for alias in UNUSED_ALIASES) == names.removeprefix("exactly ")
