"""Keys of origin EXTERNAL for the tests, and what is sent to import their material."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from keys import create

FOREVER = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
RAW = bytes(range(32))


def external_key(client, spec="SYMMETRIC_DEFAULT", usage="ENCRYPT_DECRYPT", **more):
    """Create a key that waits for its material, and return its metadata."""
    return create(client, spec, usage, Origin="EXTERNAL", **more)


def parameters(client, key, algorithm="RSAES_OAEP_SHA_256", spec="RSA_2048"):
    """Return the answer of GetParametersForImport."""
    return client.get_parameters_for_import(KeyId=key["KeyId"], WrappingAlgorithm=algorithm, WrappingKeySpec=spec)


def sealed(answer, raw):
    """Return key material encrypted with RSAES_OAEP_SHA_256 under the public key of an answer."""
    public = serialization.load_der_public_key(answer["PublicKey"])
    return public.encrypt(raw, padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))


def request_for(key, answer, raw=RAW, **more):
    """Return a request of ImportKeyMaterial with the parameters of an answer; the material does not expire by default."""
    wrapped = {"ImportToken": answer["ImportToken"], "EncryptedKeyMaterial": sealed(answer, raw)}
    return {"KeyId": key["KeyId"]} | wrapped | (more or FOREVER)
