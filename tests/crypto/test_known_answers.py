"""Known answers of the standards, one or more per algorithm, with their source."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fake_kms.crypto import asymmetric, signature_schemes

# RFC 4231, test case 1: key of twenty 0x0b, "Hi There".
RFC_4231 = {
    "HMAC_SHA_224": "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22",
    "HMAC_SHA_256": "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    "HMAC_SHA_384": "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
    "HMAC_SHA_512": "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
}


@pytest.mark.parametrize("algorithm", sorted(RFC_4231))
def test_hmac(algorithm):
    assert signature_schemes.mac(b"\x0b" * 20, algorithm, b"Hi There").hex() == RFC_4231[algorithm]


# RFC 6979, appendix A.2.5 to A.2.7 (message "sample"); secp256k1: the widely published deterministic signature of
# "Satoshi Nakamoto" under the private key 1.
ECDSA = {
    "P-256": (
        ec.SECP256R1, "ECDSA_SHA_256", b"sample", 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721,
        0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,
        0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8,
    ),
    "P-384": (
        ec.SECP384R1, "ECDSA_SHA_384", b"sample",
        0x6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5,
        0x94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46,
        0x99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8,
    ),
    "P-521": (
        ec.SECP521R1, "ECDSA_SHA_512", b"sample",
        0x0FAD06DAA62BA3B25D2FB40133DA757205DE67F5BB0018FEE8C86E1B68C7E75CAA896EB32F1F47C70855836A6D16FCC1466F6D8FBEC67DB89EC0C08B0E996B83538,
        0x0C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F174E25A1EE9017B5D450606ADD152B534931D7D4E8455CC91F9B15BF05EC36E377FA,
        0x0617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF282623EAA63E5B5C0723D8B8C37FF0777B1A20F8CCB1DCCC43997F1EE0E44DA4A67A,
    ),
    "secp256k1": (
        ec.SECP256K1, "ECDSA_SHA_256", b"Satoshi Nakamoto", 1,
        0x934B1EA10A4B3C1757E2B0C017D0B6143CE3C9A7E6A4A49860D7A6AB210EE3D8,
        0x2442CE9D2B916064108014783E923EC36B49743E2FFA1C4496F01A512AAFD9E5,
    ),
}  # fmt: skip


@pytest.mark.parametrize("curve", sorted(ECDSA))
def test_ecdsa(curve):
    kind, algorithm, message, scalar, r, s = ECDSA[curve]
    private = ec.derive_private_key(scalar, kind())

    signature_schemes.verify(private, algorithm, message, "RAW", encode_dss_signature(r, s))
    digest = hashlib.new(f"sha{algorithm[-3:]}", message).digest()
    signature_schemes.verify(private, algorithm, digest, "DIGEST", encode_dss_signature(r, s))
    with pytest.raises(signature_schemes.BadSignature):
        signature_schemes.verify(private, algorithm, message, "RAW", encode_dss_signature(s, r))


def test_ed25519():
    """RFC 8032, section 7.1, test 2."""
    private = Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    )
    expected = (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert signature_schemes.sign(private, "ED25519_SHA_512", b"\x72", "RAW").hex() == expected


def test_ecdh():
    """RFC 5903, section 8.1: 256-bit random ECP group."""
    private = ec.derive_private_key(0xC88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433, ec.SECP256R1())
    peer = ec.EllipticCurvePublicNumbers(
        0xD12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63,
        0x56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB,
        ec.SECP256R1(),
    ).public_key()
    spki = peer.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    assert asymmetric.agree(private, spki).hex() == "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"
