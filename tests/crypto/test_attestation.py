"""Attestation documents, apart from everything else."""

from __future__ import annotations

import contextlib
import dataclasses
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_kms.crypto import attestation, cbor, cose
from fake_kms.crypto.attestation import BadAttestation
from fake_kms.nitro.authority import AttestationAuthority, default_authority

AUTHORITY = default_authority()
NOW = 1_750_000_000.0
PCRS = {0: bytes(range(48)), 1: b"\1" * 48, 2: b"\2" * 48, 8: b"\x08" * 48}
DOCUMENT = AUTHORITY.document(PCRS, b"public key", user_data=b"data", nonce=b"", timestamp_ms=1234)
PROTECTED, _, PAYLOAD, SIGNATURE = cbor.decode(DOCUMENT)
CONTENT = cbor.decode(PAYLOAD)
DAY = timedelta(days=1)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=60) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 40) | st.text(max_size=3), inner),
    max_leaves=6,
)


def signed(**changes):
    """Return a correctly signed document with other content; `...` leaves a member out."""
    content = {name: value for name, value in {**CONTENT, **changes}.items() if value is not ...}
    return cose.sign(cbor.encode(content), AUTHORITY._key)


def refusal(document):
    with pytest.raises(BadAttestation) as caught:
        attestation.parse(document)
    return str(caught.value)


def test_a_document_is_read():
    read = attestation.parse(DOCUMENT)

    assert dataclasses.asdict(read) == {
        "module_id": "i-1234567890abcdef0-enc0123456789abcdef",
        "digest": "SHA384",
        "timestamp": 1234,
        "pcrs": PCRS,
        "public_key": b"public key",
        "user_data": b"data",
        "nonce": b"",
        "certificate": CONTENT["certificate"],
        "cabundle": tuple(CONTENT["cabundle"]),
    }
    assert read.cabundle[0] == AUTHORITY.root


def test_a_tagged_document_is_read():
    assert attestation.parse(b"\xd2" + DOCUMENT) == attestation.parse(DOCUMENT)


def test_another_tag_is_refused():
    assert refusal(b"\xd1" + DOCUMENT) == "the document is not a COSE_Sign1"


@pytest.mark.parametrize("absent", [None, ...], ids=["null", "absent"])
def test_what_is_optional_can_be_left_out(absent):
    read = attestation.parse(signed(public_key=absent, user_data=absent, nonce=absent))

    assert (read.public_key, read.user_data, read.nonce) == (None, None, None)


def test_a_member_of_another_name_is_ignored():
    assert attestation.parse(signed(something=1)) == attestation.parse(DOCUMENT)


DER_REASON = "{} is not a byte string of 1 to 1024 bytes"
PCRS_REASON = "pcrs is not a map of 1 to 32 entries"
CABUNDLE_REASON = "cabundle is not an array of one certificate or more"
INDEX_REASON = "the index of a PCR is not an integer from 0 to 31"


@pytest.mark.parametrize(
    ("member", "values", "reason"),
    [
        ("module_id", [..., None, "", b"id", 1], "module_id is not a text of one character or more"),
        ("digest", [..., None, "SHA256", b"SHA384", "sha384"], "digest is not SHA384"),
        ("timestamp", [..., None, 0, -1, True, "1", b"1"], "timestamp is not a positive integer"),
        ("pcrs", [..., None, {}, [], dict.fromkeys(range(33), bytes(48))], PCRS_REASON),
        ("pcrs", [{32: bytes(48)}, {-1: bytes(48)}, {"0": bytes(48)}, {b"0": bytes(48)}], INDEX_REASON),
        ("pcrs", [{3: bytes(47)}, {3: ""}, {3: None}, {3: b""}], "PCR3 is not a byte string of 32, 48 or 64 bytes"),
        ("certificate", [..., None, b"", bytes(1025), "text"], DER_REASON.format("certificate")),
        ("certificate", [b"x", CONTENT["certificate"][:-1], CONTENT["certificate"] + b"\0"], "a certificate cannot be read"),
        ("certificate", [CONTENT["cabundle"][0]], "the signature does not match"),
        ("cabundle", [..., None, [], {}, b"x"], CABUNDLE_REASON),
        ("cabundle", [[b""], [None], [b"x", bytes(1025)]], DER_REASON.format("a certificate of cabundle")),
        ("public_key", [b"", bytes(1025), "text", 1, False], DER_REASON.format("public_key")),
        ("user_data", [bytes(513), "text", 0], "user_data is not a byte string of 0 to 512 bytes"),
        ("nonce", [bytes(513), "text", []], "nonce is not a byte string of 0 to 512 bytes"),
    ],
)  # fmt: skip
def test_a_member_out_of_bounds_is_refused(member, values, reason):
    assert {refusal(signed(**{member: value})) for value in values} == {reason}


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("pcrs", dict.fromkeys(range(32), bytes(64))),
        ("public_key", bytes(1024)),
        ("user_data", bytes(512)),
        ("nonce", bytes(512)),
        ("cabundle", [bytes(1024)]),
        ("timestamp", 2**64 - 1),
    ],
)
def test_a_member_at_its_bounds_is_accepted(member, value):
    read = getattr(attestation.parse(signed(**{member: value})), member)

    assert read == (tuple(value) if member == "cabundle" else value)


@pytest.mark.parametrize(
    ("outer", "reason"),
    [
        ([PROTECTED, {}, PAYLOAD], "the document is not a COSE_Sign1"),
        ([PROTECTED, {}, PAYLOAD, SIGNATURE, None], "the document is not a COSE_Sign1"),
        ([PROTECTED, [], PAYLOAD, SIGNATURE], "the document is not a COSE_Sign1"),
        ([PROTECTED, {}, None, SIGNATURE], "the document is not a COSE_Sign1"),
        ({1: 2}, "the document is not a COSE_Sign1"),
        (None, "the document is not a COSE_Sign1"),
        (["text", {}, PAYLOAD, SIGNATURE], "the document is not a COSE_Sign1"),
        ([b"", {}, PAYLOAD, SIGNATURE], "the protected header is not CBOR: it ends too early"),
        ([cbor.encode({1: -7}), {}, PAYLOAD, SIGNATURE], "the signature algorithm is not ES384"),
        ([cbor.encode({}), {}, PAYLOAD, SIGNATURE], "the signature algorithm is not ES384"),
        ([PROTECTED, {}, b"\xff", SIGNATURE], "the payload is not CBOR: no item here starts with 0xff"),
        ([PROTECTED, {}, b"\x80", SIGNATURE], "the payload is not a map"),
        ([PROTECTED, {}, PAYLOAD, SIGNATURE[1:]], "the signature is not 96 bytes long"),
        ([PROTECTED, {}, PAYLOAD, bytes(96)], "the signature does not match"),
        ([PROTECTED, {}, PAYLOAD, b"\xff" * 96], "the signature does not match"),
    ],
)
def test_another_outer_form_is_refused(outer, reason):
    assert refusal(cbor.encode(outer)) == reason


def test_anything_but_cbor_is_refused():
    assert refusal(b"") == "the document is not CBOR: it ends too early"
    assert refusal(DOCUMENT + b"\0") == "the document is not CBOR: bytes after the item"


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(public_exponent=65537, key_size=2048)]
)
def test_a_key_of_another_kind_is_refused(key):
    assert refusal(signed(certificate=certificate(key))) == "the key of the certificate is not on the curve P-384"


def test_every_changed_byte_is_noticed():
    for position in range(len(DOCUMENT)):
        changed = bytearray(DOCUMENT)
        changed[position] ^= 1 << position % 8
        with pytest.raises(BadAttestation):
            attestation.parse(bytes(changed))


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, len(DOCUMENT)), st.integers(0, len(DOCUMENT)))
def test_parsing_never_fails_otherwise(garbage, keep, cut):
    with contextlib.suppress(BadAttestation):
        attestation.parse(DOCUMENT[:keep] + garbage + DOCUMENT[cut:])


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from([*CONTENT, "other"]), VALUES, max_size=3))
def test_parsing_what_is_correctly_signed_never_fails_otherwise(changes):
    with contextlib.suppress(BadAttestation):
        attestation.parse(signed(**changes))


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(1, 255), st.booleans())
def test_a_changed_certificate_is_noticed_and_nothing_fails_otherwise(position, mask, leaf):
    root, zonal = CONTENT["cabundle"]
    original = CONTENT["certificate"] if leaf else zonal
    changed = bytearray(original)
    changed[position % len(changed)] ^= mask
    members = {"certificate": bytes(changed)} if leaf else {"cabundle": [root, bytes(changed)]}
    try:
        attestation.verify_chain(attestation.parse(signed(**members)), [AUTHORITY.root], NOW)
    except BadAttestation:
        return
    # Some spare bits around the signature do not count; what is certified must be the same.
    read, meant = (x509.load_der_x509_certificate(der) for der in (bytes(changed), original))
    assert (read.tbs_certificate_bytes, read.signature) == (meant.tbs_certificate_bytes, meant.signature)


KEY = ec.generate_private_key(ec.SECP384R1())
MIDDLE = datetime.fromtimestamp(NOW, timezone.utc)


def certificate(key=KEY, subject="root", issuer="root", by=KEY, start=MIDDLE - DAY, end=MIDDLE + DAY, ca=True):
    builder = x509.CertificateBuilder(
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]),
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)]),
        key.public_key(),
        x509.random_serial_number(),
        start,
        end,
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    return builder.sign(by, hashes.SHA384()).public_bytes(Encoding.DER)


def chain(*certificates):
    """Give an attestation with these certificates, the root first."""
    return dataclasses.replace(attestation.parse(DOCUMENT), certificate=certificates[-1], cabundle=certificates[:-1])


ROOT = certificate()
OTHER_KEY = ec.generate_private_key(ec.SECP384R1())
LEAF = certificate(OTHER_KEY, "leaf", ca=False)


@pytest.mark.parametrize("now", [946_684_800, NOW, 4_102_444_800.5, 32_503_000_000])
def test_a_document_of_the_authority_is_trusted(now):
    attestation.verify_chain(attestation.parse(DOCUMENT), [b"other", AUTHORITY.root], now)


@pytest.mark.parametrize("roots", [[], [b""], [AttestationAuthority().root]], ids=["none", "empty", "another"])
def test_another_root_is_not_trusted(roots):
    with pytest.raises(BadAttestation, match=r"^the root certificate is not a trusted one$"):
        attestation.verify_chain(attestation.parse(DOCUMENT), roots, NOW)


@pytest.mark.parametrize("now", [-1e12, 0, 946_684_799, 32_503_593_601, 1e15, float("nan"), float("inf")])
def test_outside_of_its_validity_a_certificate_is_refused(now):
    with pytest.raises(BadAttestation, match=r"^a certificate has expired or is not valid yet$"):
        attestation.verify_chain(attestation.parse(DOCUMENT), [AUTHORITY.root], now)


@pytest.mark.parametrize("now", [NOW - 86400, NOW, NOW + 86400])
def test_a_chain_of_two_is_enough(now):
    attestation.verify_chain(chain(ROOT, LEAF), [ROOT], now)


@pytest.mark.parametrize(
    "expired",
    [
        (ROOT, certificate(OTHER_KEY, "leaf", end=MIDDLE - DAY / 2)),
        (ROOT, certificate(OTHER_KEY, "leaf", start=MIDDLE + DAY / 2)),
        (ROOT, certificate(end=MIDDLE - DAY / 2), LEAF),
        (certificate(end=MIDDLE - DAY / 2), LEAF),
    ],
    ids=["leaf", "leaf not yet", "between", "root"],
)
def test_every_certificate_must_be_valid(expired):
    with pytest.raises(BadAttestation, match=r"^a certificate has expired or is not valid yet$"):
        attestation.verify_chain(chain(*expired), [expired[0]], NOW)


NOT_ISSUED = "a certificate was not issued by the next of its chain"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ((ROOT, certificate(OTHER_KEY, "leaf", by=OTHER_KEY)), NOT_ISSUED),
        ((ROOT, certificate(OTHER_KEY, "leaf", "another")), NOT_ISSUED),
        ((ROOT, LEAF, certificate(KEY, "below", "root")), NOT_ISSUED),
        ((ROOT, certificate(OTHER_KEY, "zone"), LEAF), NOT_ISSUED),
        ((certificate(ca=None), LEAF), NOT_ISSUED),
        ((ROOT, LEAF, certificate(KEY, "below", "leaf", OTHER_KEY)), "a certificate was issued by one that is no authority"),
        ((ROOT, b"garbage", LEAF), "a certificate cannot be read"),
        ((b"garbage", LEAF), "a certificate cannot be read"),
    ],
)  # fmt: skip
def test_a_broken_chain_is_refused(broken, reason):
    with pytest.raises(BadAttestation, match=f"^{reason}$"):
        attestation.verify_chain(chain(*broken), [broken[0]], NOW)


def test_the_cabundle_has_its_order():
    read = attestation.parse(signed(cabundle=CONTENT["cabundle"][::-1]))

    with pytest.raises(BadAttestation):
        attestation.verify_chain(read, CONTENT["cabundle"], NOW)


def test_a_root_is_loaded_from_pem_and_der():
    pem = x509.load_der_x509_certificate(ROOT).public_bytes(Encoding.PEM)

    assert [attestation.load_root(form) for form in (ROOT, pem, b"A comment\n" + pem)] == [ROOT] * 3


@pytest.mark.parametrize(
    "form",
    [b"", b"x", ROOT[:-1], b"-----BEGIN CERTIFICATE-----\n", b"-----BEGIN KEY-----"],
    ids=["none", "x", "cut", "begin", "key"],
)
def test_anything_but_a_certificate_is_refused_as_a_root(form):
    with pytest.raises(ValueError, match=r"^not a certificate in PEM or DER$"):
        attestation.load_root(form)
