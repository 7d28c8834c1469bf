"""GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial."""

from __future__ import annotations

import datetime as dt
import subprocess

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from fake_kms import FakeKms
from fake_kms.crypto.signature_schemes import mac
from fake_kms.tables.imports import IMPORTS
from fake_kms.tables.key_specs import KEY_SPECS

FOREVER = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
OTHER = bytes(range(32))


def create(client, spec="SYMMETRIC_DEFAULT", usage="ENCRYPT_DECRYPT", **more):
    return client.create_key(KeySpec=spec, KeyUsage=usage, Origin="EXTERNAL", **more)["KeyMetadata"]


def describe(client, key):
    return client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]


def pkcs8(private):
    return private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def parameters(client, key, algorithm="RSAES_OAEP_SHA_256", spec="RSA_2048"):
    return client.get_parameters_for_import(KeyId=key["KeyId"], WrappingAlgorithm=algorithm, WrappingKeySpec=spec)


def sealed(answer, raw):
    public = serialization.load_der_public_key(answer["PublicKey"])
    return public.encrypt(raw, padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))


class TestParameters:
    @pytest.mark.parametrize(
        ("spec", "length", "spki"), [("RSA_2048", 1757, 294), ("RSA_3072", 2755, 422), ("RSA_4096", 3465, 550)]
    )
    def test_the_answer(self, kms, client, spec, length, spki):
        kms.clock.freeze()
        key = create(client)
        answer = parameters(client, key, spec=spec)

        assert answer["KeyId"] == key["Arn"]
        assert len(answer["ImportToken"]) == length
        assert answer["ImportToken"].startswith(bytes.fromhex("010102 0078"))
        assert len(answer["PublicKey"]) == spki
        assert abs(answer["ParametersValidTo"] - kms.clock.now() - dt.timedelta(days=1)) < dt.timedelta(seconds=1)

    FORBIDDEN = [
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "RSA_AES_KEY_WRAP_SHA_256", "RSA_3072"),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "RSA_AES_KEY_WRAP_SHA_1", "RSA_2048"),
        ("RSA_2048", "SIGN_VERIFY", "RSAES_OAEP_SHA_256", "RSA_4096"),
        ("ECC_NIST_P521", "SIGN_VERIFY", "RSAES_OAEP_SHA_256", "RSA_2048"),
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "RSAES_PKCS1_V1_5", "RSA_2048"),
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "SM2PKE", "SM2"),
    ]

    @pytest.mark.aws
    @pytest.mark.parametrize(("key_spec", "usage", "algorithm", "spec"), FORBIDDEN)
    def test_a_wrapping_that_does_not_fit(self, client, refused, key_spec, usage, algorithm, spec):
        key = create(client, key_spec, usage)
        message = (
            f"Wrapping algorithm {algorithm} and wrapping key spec {spec} cannot be used to import a {key_spec} key."
        )
        with refused("ValidationException", message):
            parameters(client, key, algorithm, spec)

    @pytest.mark.aws
    @pytest.mark.parametrize(
        "method", ["get_parameters_for_import", "import_key_material", "delete_imported_key_material"]
    )
    def test_keys_of_another_origin(self, client, key, refused, method):
        requests = {
            "get_parameters_for_import": {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
            "import_key_material": {"ImportToken": b"x", "EncryptedKeyMaterial": b"x"},
            "delete_imported_key_material": {},
        }
        client.schedule_key_deletion(KeyId=key["KeyId"])
        with refused(
            "UnsupportedOperationException", f"{key['Arn']} origin is AWS_KMS which is not valid for this operation."
        ):
            getattr(client, method)(KeyId=key["KeyId"], **requests[method])

    def test_the_wrapping_key_is_made_once(self, client):
        assert parameters(client, create(client))["PublicKey"] == parameters(client, create(client))["PublicKey"]

    @pytest.mark.aws
    @pytest.mark.parametrize("spec", ["ECC_NIST_EDWARDS25519"])
    def test_specs_that_are_not_imported(self, client, refused, spec):
        with refused("UnsupportedOperationException", f"KeySpec {spec} is not supported with Origin EXTERNAL."):
            create(client, spec, "SIGN_VERIFY")


class TestSymmetric:
    @pytest.mark.aws
    def test_a_key_waits_for_its_material(self, client, refused, import_material):
        key = create(client)
        assert (key["KeyState"], key["Enabled"], key["Origin"]) == ("PendingImport", False, "EXTERNAL")
        assert not {"ExpirationModel", "ValidTo", "CurrentKeyMaterialId"} & set(key)
        with refused("KMSInvalidStateException", f"{key['Arn']} is pending import."):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

        answer = import_material(client, key["KeyId"], OTHER)

        metadata = describe(client, key)
        assert answer["KeyId"] == key["Arn"]
        assert answer["KeyMaterialId"] == metadata["CurrentKeyMaterialId"]
        assert (metadata["KeyState"], metadata["ExpirationModel"]) == ("Enabled", "KEY_MATERIAL_DOES_NOT_EXPIRE")
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        assert client.decrypt(CiphertextBlob=blob)["KeyMaterialId"] == answer["KeyMaterialId"]

    @pytest.mark.aws
    @pytest.mark.parametrize("algorithm", ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"])
    @pytest.mark.parametrize("spec", ["RSA_2048", "RSA_3072", "RSA_4096"])
    def test_every_wrapping(self, client, import_material, algorithm, spec):
        key = create(client)
        import_material(client, key["KeyId"], OTHER, algorithm=algorithm, spec=spec)

        assert describe(client, key)["KeyState"] == "Enabled"

    def test_expiry_and_import_of_the_same_bytes(self, kms, client, refused, import_material):
        key = create(client)
        valid_to = kms.clock.now() + dt.timedelta(days=10)
        imported = import_material(client, key["KeyId"], OTHER, ValidTo=valid_to)
        metadata = describe(client, key)
        assert metadata["ExpirationModel"] == "KEY_MATERIAL_EXPIRES"
        assert abs(metadata["ValidTo"] - valid_to) < dt.timedelta(seconds=1)
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]

        kms.clock.advance(days=11)
        assert describe(client, key)["KeyState"] == "PendingImport"
        assert kms.journal.events("DeleteExpiredKeyMaterial", key=key["KeyId"])
        with refused("KMSInvalidStateException", f"{key['Arn']} is pending import."):
            client.decrypt(CiphertextBlob=blob)
        answer = parameters(client, key)
        with refused("IncorrectKeyMaterialException"):
            client.import_key_material(
                KeyId=key["KeyId"],
                ImportToken=answer["ImportToken"],
                EncryptedKeyMaterial=sealed(answer, bytes(32)),
                **FOREVER,
            )
        again = import_material(client, key["KeyId"], OTHER)
        assert again["KeyMaterialId"] == imported["KeyMaterialId"]
        assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"

    def test_an_import_that_was_renewed_does_not_expire_with_the_old_date(self, kms, client, import_material):
        key = create(client)
        import_material(client, key["KeyId"], OTHER, ValidTo=kms.clock.now() + dt.timedelta(days=10))
        import_material(client, key["KeyId"], OTHER)
        kms.clock.advance(days=20)

        assert describe(client, key)["KeyState"] == "Enabled"

    @pytest.mark.aws
    def test_deletion_and_import_again(self, client, import_material):
        key = create(client)
        assert "KeyMaterialId" not in client.delete_imported_key_material(KeyId=key["KeyId"])
        imported = import_material(client, key["KeyId"], OTHER)
        answer = client.delete_imported_key_material(KeyId=key["KeyId"])

        assert (answer["KeyId"], answer["KeyMaterialId"]) == (key["Arn"], imported["KeyMaterialId"])
        metadata = describe(client, key)
        assert metadata["KeyState"] == "PendingImport"
        assert not {"ExpirationModel", "ValidTo", "CurrentKeyMaterialId"} & set(metadata)
        client.delete_imported_key_material(KeyId=key["KeyId"])
        import_material(client, key["KeyId"], OTHER)
        assert describe(client, key)["KeyState"] == "Enabled"

    @pytest.mark.aws
    def test_a_key_pending_deletion_stays_so(self, client, refused, import_material):
        key = create(client)
        import_material(client, key["KeyId"], OTHER)
        client.schedule_key_deletion(KeyId=key["KeyId"])
        client.delete_imported_key_material(KeyId=key["KeyId"])
        assert describe(client, key)["KeyState"] == "PendingDeletion"

        client.cancel_key_deletion(KeyId=key["KeyId"])
        assert describe(client, key)["KeyState"] == "PendingImport"

    @pytest.mark.aws
    def test_the_same_bytes_in_two_keys_are_two_materials(self, client, import_material):
        first, second = create(client), create(client)
        one, two = (import_material(client, key["KeyId"], OTHER)["KeyMaterialId"] for key in (first, second))
        assert one != two


class TestSeveralMaterials:
    @pytest.mark.aws
    def test_new_material_waits_for_its_rotation(self, client, refused, import_material):
        key = create(client)
        first = import_material(client, key["KeyId"], OTHER)["KeyMaterialId"]
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        with refused(
            "KMSInvalidStateException", f"No available key material pending rotation for the key: {key['Arn']}."
        ):
            client.rotate_key_on_demand(KeyId=key["KeyId"])

        second = import_material(
            client, key["KeyId"], bytes(32), ImportType="NEW_KEY_MATERIAL", KeyMaterialDescription="second", **FOREVER
        )["KeyMaterialId"]
        assert describe(client, key)["CurrentKeyMaterialId"] == first
        listed = client.list_key_rotations(KeyId=key["KeyId"], IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
        assert [(entry["KeyMaterialState"], entry["ImportState"]) for entry in listed] == [
            ("CURRENT", "IMPORTED"),
            ("PENDING_ROTATION", "IMPORTED"),
        ]
        assert listed[1]["KeyMaterialDescription"] == "second"
        client.rotate_key_on_demand(KeyId=key["KeyId"])

        assert describe(client, key)["CurrentKeyMaterialId"] == second
        assert client.decrypt(CiphertextBlob=blob)["KeyMaterialId"] == first

    def test_one_waits_at_a_time(self, client, refused, import_material):
        key = create(client)
        import_material(client, key["KeyId"], OTHER)
        second = import_material(client, key["KeyId"], bytes(32), ImportType="NEW_KEY_MATERIAL", **FOREVER)[
            "KeyMaterialId"
        ]
        third = b"3" * 32
        answer = parameters(client, key)
        from fake_kms.crypto.material import derive_material_id

        message = (
            f"New key material (id: {derive_material_id(key['KeyId'], third).hex()}) cannot be imported into KMS key {key['Arn']}, "
            f"because another key material (id: {second}) is pending rotation."
        )
        with refused("KMSInvalidStateException", message):
            client.import_key_material(
                KeyId=key["KeyId"], ImportToken=answer["ImportToken"], EncryptedKeyMaterial=sealed(answer, third),
                ImportType="NEW_KEY_MATERIAL", **FOREVER,
            )  # fmt: skip

    @pytest.mark.aws
    def test_every_material_must_be_there(self, client, refused, import_material):
        key = create(client)
        first = import_material(client, key["KeyId"], OTHER)["KeyMaterialId"]
        import_material(client, key["KeyId"], bytes(32), ImportType="NEW_KEY_MATERIAL", **FOREVER)
        client.rotate_key_on_demand(KeyId=key["KeyId"])
        client.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId=first)
        assert describe(client, key)["KeyState"] == "PendingImport"

        import_material(client, key["KeyId"], OTHER, ImportType="EXISTING_KEY_MATERIAL", KeyMaterialId=first, **FOREVER)
        assert describe(client, key)["KeyState"] == "Enabled"
        with refused("IncorrectKeyMaterialException"):
            client.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId="0" * 64)


class TestRefusals:
    def attempt(self, client, key, *, raw=OTHER, token=None, material=None, **more):
        answer = self.answer
        client.import_key_material(
            KeyId=key["KeyId"],
            ImportToken=token or answer["ImportToken"],
            EncryptedKeyMaterial=material or sealed(answer, raw),
            **(more or FOREVER),
        )

    def test_dates(self, kms, client, refused):
        key, now = create(client), kms.clock.now()
        self.answer = parameters(client, key)
        with refused(
            "ValidationException", "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"
        ):
            self.attempt(client, key, ExpirationModel="KEY_MATERIAL_EXPIRES")
        for wrong in (now - dt.timedelta(days=1), now + dt.timedelta(days=366)):
            with refused("ValidationException", "The validTo date must be in the future and at most 365 days from now"):
                self.attempt(client, key, ValidTo=wrong)
        message = "A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE"
        with refused("ValidationException", message):
            self.attempt(client, key, ValidTo=now + dt.timedelta(days=1), **FOREVER)

    def test_tokens(self, kms, client, refused):
        key, other = create(client), create(client)
        self.answer = parameters(client, key)
        token = self.answer["ImportToken"]
        foreign = parameters(client, other)["ImportToken"]
        changed = token[:-1] + bytes([token[-1] ^ 1])
        with FakeKms() as another:
            elsewhere = parameters(another.client(), create(another.client()))["ImportToken"]
        blob = b"\1\2\2\0x" + bytes(100)
        for wrong in (b"garbage", foreign, changed, elsewhere, blob):
            with refused("InvalidImportTokenException"):
                self.attempt(client, key, token=wrong)
        kms.clock.advance(hours=25)
        client.list_keys()
        with refused("ExpiredImportTokenException"):
            self.attempt(client, key, token=token)

    @pytest.mark.aws
    def test_a_token_serves_again_for_its_key(self, client):
        key = create(client)
        answer = parameters(client, key)
        for _ in range(2):
            client.import_key_material(
                KeyId=key["KeyId"],
                ImportToken=answer["ImportToken"],
                EncryptedKeyMaterial=sealed(answer, OTHER),
                **FOREVER,
            )

    @pytest.mark.aws
    def test_material(self, client, refused):
        key = create(client)
        self.answer = parameters(client, key)
        for garbage in (b"x", bytes(256)):
            with refused("InvalidCiphertextException"):
                self.attempt(client, key, material=garbage)
        for raw in (bytes(31), bytes(33), bytes(16)):
            with refused("IncorrectKeyMaterialException"):
                self.attempt(client, key, raw=raw)

    @pytest.mark.aws
    def test_import_type_and_material_id(self, client, refused, import_material):
        key = create(client)
        self.answer = parameters(client, key)
        with refused("IncorrectKeyMaterialException"):
            self.attempt(client, key, ImportType="EXISTING_KEY_MATERIAL", **FOREVER)
        with refused("ValidationException", "KeyMaterialId cannot be specified when ImportType is NEW_KEY_MATERIAL."):
            self.attempt(client, key, ImportType="NEW_KEY_MATERIAL", KeyMaterialId="0" * 64, **FOREVER)
        hmac = create(client, "HMAC_256", "GENERATE_VERIFY_MAC")
        self.answer = parameters(client, hmac)
        with refused(
            "ValidationException", "ImportType and KeyMaterialId can be used only with symmetric encryption keys."
        ):
            self.attempt(client, hmac, ImportType="NEW_KEY_MATERIAL", **FOREVER)


class TestOtherSpecs:
    @pytest.mark.aws
    @pytest.mark.parametrize("spec", ["HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512"])
    def test_hmac(self, client, refused, import_material, spec):
        key = create(client, spec, "GENERATE_VERIFY_MAC")
        raw = bytes(range(IMPORTS[spec].shortest))
        answer = import_material(client, key["KeyId"], raw)
        algorithm = f"HMAC_SHA_{spec[5:]}"

        assert "KeyMaterialId" not in answer
        assert "CurrentKeyMaterialId" not in describe(client, key)
        made = client.generate_mac(KeyId=key["KeyId"], MacAlgorithm=algorithm, Message=b"m")["Mac"]
        assert made == mac(raw, algorithm, b"m")
        client.delete_imported_key_material(KeyId=key["KeyId"])
        import_material(client, key["KeyId"], raw)
        assert client.verify_mac(KeyId=key["KeyId"], MacAlgorithm=algorithm, Message=b"m", Mac=made)["MacValid"]

    @pytest.mark.parametrize("algorithm", ["RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"])
    def test_rsa(self, client, refused, import_material, algorithm):
        private = rsa.generate_private_key(65537, 2048)
        key = create(client, "RSA_2048", "SIGN_VERIFY")
        import_material(client, key["KeyId"], pkcs8(private), algorithm=algorithm)

        public = private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        assert client.get_public_key(KeyId=key["KeyId"])["PublicKey"] == public
        signature = client.sign(KeyId=key["KeyId"], Message=b"m", SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256")[
            "Signature"
        ]
        private.public_key().verify(signature, b"m", padding.PKCS1v15(), hashes.SHA256())

    CURVES = {
        "ECC_NIST_P256": ec.SECP256R1,
        "ECC_NIST_P384": ec.SECP384R1,
        "ECC_NIST_P521": ec.SECP521R1,
        "ECC_SECG_P256K1": ec.SECP256K1,
    }

    @pytest.mark.parametrize("spec", sorted(CURVES))
    def test_ecc(self, client, import_material, spec):
        private = ec.generate_private_key(self.CURVES[spec]())
        key = create(client, spec, "SIGN_VERIFY")
        import_material(client, key["KeyId"], pkcs8(private), algorithm="RSA_AES_KEY_WRAP_SHA_256")
        (algorithm,) = KEY_SPECS[spec].usages["SIGN_VERIFY"]
        signature = client.sign(KeyId=key["KeyId"], Message=b"m", SigningAlgorithm=algorithm)["Signature"]

        private.public_key().verify(
            signature,
            b"m",
            ec.ECDSA({"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[algorithm[-3:]]),
        )

    def test_another_kind_of_key(self, unchecked, client, import_material):
        key = create(client, "ECC_NIST_P256", "SIGN_VERIFY")
        for wrong in (
            pkcs8(ec.generate_private_key(ec.SECP384R1())),
            pkcs8(rsa.generate_private_key(65537, 2048)),
            b"garbage!",
        ):
            with pytest.raises(client.exceptions.IncorrectKeyMaterialException):
                import_material(client, key["KeyId"], wrong, algorithm="RSA_AES_KEY_WRAP_SHA_256")
        assert describe(client, key)["KeyState"] == "PendingImport"

    def test_only_the_same_key_again_in_whatever_encoding(self, client, import_material):
        private = ec.generate_private_key(ec.SECP256R1())
        key = create(client, "ECC_NIST_P256", "SIGN_VERIFY")
        import_material(client, key["KeyId"], pkcs8(private), algorithm="RSA_AES_KEY_WRAP_SHA_256")
        other = ec.generate_private_key(ec.SECP256R1())
        with pytest.raises(client.exceptions.IncorrectKeyMaterialException):
            import_material(client, key["KeyId"], pkcs8(other), algorithm="RSA_AES_KEY_WRAP_SHA_256")
        import_material(client, key["KeyId"], pkcs8(private), algorithm="RSA_AES_KEY_WRAP_SHA_1")


def test_material_wrapped_by_openssl_imports(client, tmp_path):
    key = create(client)
    answer = parameters(client, key)
    (tmp_path / "public.der").write_bytes(answer["PublicKey"])
    (tmp_path / "material").write_bytes(OTHER)
    command = [
        "openssl", "pkeyutl", "-encrypt", "-in", str(tmp_path / "material"), "-inkey", str(tmp_path / "public.der"), "-keyform", "DER",
        "-pubin", "-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256",
    ]  # fmt: skip
    wrapped = subprocess.run(command, capture_output=True, check=True).stdout

    client.import_key_material(
        KeyId=key["KeyId"], ImportToken=answer["ImportToken"], EncryptedKeyMaterial=wrapped, **FOREVER
    )

    assert describe(client, key)["KeyState"] == "Enabled"


def test_the_same_material_in_two_regions_of_a_key_opens_either_ones_ciphertexts(client, elsewhere, import_material):
    key = create(client, MultiRegion=True)
    first = import_material(client, key["KeyId"], OTHER)["KeyMaterialId"]
    client.replicate_key(KeyId=key["KeyId"], ReplicaRegion="eu-west-1")
    there = elsewhere(region="eu-west-1")
    assert describe(there, key)["KeyState"] == "PendingImport"
    with pytest.raises(client.exceptions.IncorrectKeyMaterialException):
        import_material(there, key["KeyId"], bytes(32))
    assert import_material(there, key["KeyId"], OTHER)["KeyMaterialId"] == first
    blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]

    assert there.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    with pytest.raises(there.exceptions.UnsupportedOperationException, match="is not a multi-region primary key"):
        import_material(there, key["KeyId"], bytes(32), ImportType="NEW_KEY_MATERIAL", **FOREVER)
    import_material(client, key["KeyId"], bytes(32), ImportType="NEW_KEY_MATERIAL", **FOREVER)
    states = [
        entry["KeyMaterialState"]
        for entry in client.list_key_rotations(KeyId=key["KeyId"], IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    ]
    assert states == ["CURRENT", "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"]
    with pytest.raises(client.exceptions.KMSInvalidStateException, match="No available key material"):
        client.rotate_key_on_demand(KeyId=key["KeyId"])
    import_material(there, key["KeyId"], bytes(32))
    client.rotate_key_on_demand(KeyId=key["KeyId"])
    assert there.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
