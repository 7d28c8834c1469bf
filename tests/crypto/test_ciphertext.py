"""The ciphertext format, apart from everything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_kms.crypto import ciphertext, material
from fake_kms.crypto.context import canonical, canonical_length
from fake_kms.crypto.pool import RsaLease
from fake_kms.crypto.primitives import BadCiphertext
from fake_kms.entropy import SystemEntropy
from fake_kms.tables.key_specs import KEY_SPECS

ENTROPY = SystemEntropy()
MATERIAL = material.KeyGenerator(ENTROPY, RsaLease()).generate_material(KEY_SPECS["SYMMETRIC_DEFAULT"], "key", 0)
# The overhead of AWS's blobs by plaintext length: first length, overhead. Source: docs/aws/crypto.md#length.
OVERHEADS = [
    (1, 152),
    (36, 153),
    (49, 154),
    (51, 155),
    (56, 156),
    (101, 157),
    (160, 158),
    (174, 159),
    (177, 160),
    (183, 161),
    (229, 162),
]


def blob_of(plaintext, context, kind):
    return ciphertext.frame(ciphertext.encrypt(MATERIAL, plaintext, context, kind, ENTROPY))


@pytest.mark.parametrize("size", [*range(1, 300), 1793, 2375, 4096])
def test_the_length_is_that_of_aws(size):
    overhead = next(overhead for first, overhead in reversed(OVERHEADS) if size >= first)

    assert len(blob_of(b"x" * size, {}, 2)) == size + overhead


@given(st.binary(max_size=4096), st.dictionaries(st.text(), st.text(), max_size=3), st.sampled_from([2, 3]))
def test_what_was_encrypted_decrypts(plaintext, context, kind):
    sealed = ciphertext.parse(blob_of(plaintext, context, kind))

    assert sealed.material_id == MATERIAL.identifier
    assert ciphertext.decrypt(sealed, MATERIAL, context) == plaintext


@pytest.mark.parametrize("size", [0, 1, 26, 27, 100, 127, 128, 200, 255, 256, 300, 4096, 65_535, 65_536])
def test_a_cached_frame_is_the_der_of_cms_encrypted_data(size):
    content, iv = bytes(size), bytes(range(12))

    framed = ciphertext.frame(ciphertext.Sealed(b"", b"", iv, content))

    assert framed == len(der(content, iv)).to_bytes(4, "big") + der(content, iv)


def der(content, iv):
    """Write CMS EncryptedData as RFC 5652 and RFC 5084 have it, tag by tag."""

    def tlv(tag, *parts):
        body = b"".join(parts)
        length = len(body)
        if length < 128:
            return bytes((tag, length)) + body
        size = (length.bit_length() + 7) // 8
        return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + body

    gcm, data, encrypted = (
        bytes.fromhex(oid) for oid in ("60864801650304012e", "2a864886f70d010701", "2a864886f70d010706")
    )
    algorithm = tlv(0x30, tlv(0x06, gcm), tlv(0x30, tlv(0x04, iv), tlv(0x02, b"\x10")))
    info = tlv(0x30, tlv(0x06, data), algorithm, tlv(0x80, content))
    return tlv(0x30, tlv(0x06, encrypted), tlv(0xA0, tlv(0x30, tlv(0x02, b"\0"), info)))


@given(st.binary(max_size=4096), st.sampled_from([2, 3]))
def test_a_parsed_blob_is_framed_as_it_was(plaintext, kind):
    sealed = ciphertext.encrypt(MATERIAL, plaintext, {}, kind, ENTROPY)

    assert ciphertext.parse(ciphertext.frame(sealed)) == sealed


def test_the_legacy_form_decrypts_without_a_context():
    blob = ciphertext.frame(ciphertext.encrypt_legacy(MATERIAL, b"x" * 32, ENTROPY))

    assert blob[:5] == b"\1\1\2\0\x78"
    assert ciphertext.decrypt(ciphertext.parse(blob), MATERIAL, None) == b"x" * 32


@given(st.binary(max_size=300), st.sampled_from([b"", b"\1\2\2\0\x78", b"\1\1\2\0\x78"]))
def test_parsing_never_fails_otherwise(garbage, head):
    with pytest.raises(BadCiphertext):
        ciphertext.parse(head + garbage)


@given(st.integers(0, 183), st.integers(1, 255))
def test_a_changed_byte_is_noticed(position, mask):
    blob = bytearray(blob_of(b"x" * 32, {"a": "b"}, 3))
    blob[position] ^= mask
    try:
        sealed = ciphertext.parse(bytes(blob))
    except BadCiphertext:
        return
    with pytest.raises(BadCiphertext):
        ciphertext.decrypt(sealed, MATERIAL, {"a": "b"})


@pytest.mark.parametrize("size", [1, 17, 100, 101, 229, 4096])
def test_a_byte_too_much_or_too_few_is_no_blob(size):
    blob = blob_of(b"x" * size, {}, 2)
    for wrong in (blob[:-1], blob + b"x", blob[:-2], blob + b"xx"):
        with pytest.raises(BadCiphertext):
            ciphertext.parse(wrong)


def test_a_content_that_could_hold_no_plaintext_is_no_blob(monkeypatch):
    monkeypatch.setattr(ciphertext, "_INNER", 10)  # a blob of a byte less than the least there is
    blob = blob_of(b"", {}, 2)
    with pytest.raises(BadCiphertext):
        ciphertext.parse(blob)


def test_the_der_reads_with_openssl(tmp_path):
    import subprocess

    blob = blob_of(b"x" * 32, {}, 2)
    done = subprocess.run(["openssl", "asn1parse", "-inform", "DER"], input=blob[58:], capture_output=True, check=True)

    assert b"pkcs7-encryptedData" in done.stdout
    assert b"aes-256-gcm" in done.stdout


CONTEXTS = st.dictionaries(st.text(max_size=6), st.text(max_size=6), max_size=5)


@given(CONTEXTS, CONTEXTS)
def test_two_contexts_give_the_same_bytes_only_if_they_are_the_same(first, second):
    assert (canonical(first) == canonical(second)) == (first == second)
    assert canonical(first) == canonical(dict(reversed(first.items())))
    assert canonical_length(first) == len(canonical(first))


def test_material_shows_nothing_of_itself():
    assert MATERIAL.secret.hex() not in repr(MATERIAL)
    assert repr(MATERIAL.secret)[2:-1] not in repr(MATERIAL)
