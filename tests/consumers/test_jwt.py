"""JSON Web Tokens signed through KMS verify with a JOSE library."""

from __future__ import annotations

import base64
import hashlib
import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ALGORITHMS = [
    ("RS256", "RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256"),
    ("PS256", "RSA_2048", "RSASSA_PSS_SHA_256"),
    ("ES256", "ECC_NIST_P256", "ECDSA_SHA_256"),
    ("ES256K", "ECC_SECG_P256K1", "ECDSA_SHA_256"),
    ("EdDSA", "ECC_NIST_EDWARDS25519", "ED25519_SHA_512"),
]


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


@pytest.mark.parametrize(("name", "spec", "algorithm"), ALGORITHMS)
def test_a_token_signed_through_kms(client, name, spec, algorithm):
    key_id = client.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    signed = b".".join(b64(json.dumps(part).encode()) for part in ({"alg": name, "typ": "JWT"}, {"sub": "someone"}))
    request = {"Message": signed, "MessageType": "RAW"}
    if name != "EdDSA":
        request = {"Message": hashlib.sha256(signed).digest(), "MessageType": "DIGEST"}
    signature = client.sign(KeyId=key_id, SigningAlgorithm=algorithm, **request)["Signature"]
    if name.startswith("ES"):  # JOSE writes r and s side by side
        signature = b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(signature))
    token = b".".join((signed, b64(signature))).decode()

    public = serialization.load_der_public_key(client.get_public_key(KeyId=key_id)["PublicKey"])

    assert jwt.decode(token, public, algorithms=[name]) == {"sub": "someone"}
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token[:-8] + "AAAAAAAA", public, algorithms=[name])
