"""GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial."""

from __future__ import annotations

import datetime as dt
import json
import subprocess

import pytest
from expected import broken, members, other_origin, pending_deletion, pending_import
from importing import EXISTING, FOREVER, NEW, RAW, expected_material, external_key, parameters, request_for
from installed import needs
from keys import describe

from fake_kms import FakeKms

WITHOUT_MATERIAL = {"ExpirationModel", "ValidTo"}


def descriptions(client, key):
    listed = client.list_key_rotations(KeyId=key["KeyId"], IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    return [entry.get("KeyMaterialDescription") for entry in listed]


def encrypt(client, key):
    return client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]


class TestGetParametersForImport:
    FORBIDDEN = [
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "RSA_AES_KEY_WRAP_SHA_256", "RSA_3072"),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "RSA_AES_KEY_WRAP_SHA_1", "RSA_2048"),
        ("RSA_2048", "SIGN_VERIFY", "RSAES_OAEP_SHA_256", "RSA_4096"),
        ("ECC_NIST_P521", "SIGN_VERIFY", "RSAES_OAEP_SHA_256", "RSA_2048"),
        ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", "RSAES_OAEP_SHA_256", "RSA_2048"),
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "RSAES_PKCS1_V1_5", "RSA_2048"),
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "SM2PKE", "SM2"),
    ]

    @pytest.mark.aws
    @pytest.mark.parametrize(("key_spec", "usage", "algorithm", "spec"), FORBIDDEN)
    def test_a_wrapping_that_does_not_fit(self, client, refused, key_spec, usage, algorithm, spec):
        key = external_key(client, key_spec, usage)
        message = (
            f"Wrapping algorithm {algorithm} and wrapping key spec {spec} cannot be used to import a {key_spec} key."
        )
        with refused("ValidationException", message):
            parameters(client, key, algorithm, spec)

    @pytest.mark.aws
    def test_a_key_of_another_origin_comes_before_its_state(self, client, key, refused):
        client.schedule_key_deletion(KeyId=key["KeyId"])

        with refused(*other_origin(key)):
            parameters(client, key)

    @pytest.mark.aws
    def test_a_key_pending_deletion(self, client, refused):
        key = external_key(client)
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)

        with refused(*pending_deletion(key)):
            parameters(client, key)

    @pytest.mark.parametrize(
        ("spec", "length", "spki"), [("RSA_2048", 1757, 294), ("RSA_3072", 2755, 422), ("RSA_4096", 3465, 550)]
    )
    def test_the_answer(self, kms, client, spec, length, spki):
        kms.clock.freeze()
        key = external_key(client)
        answer = members(parameters(client, key, spec=spec))

        token, public, valid_to = (answer.pop(name) for name in ("ImportToken", "PublicKey", "ParametersValidTo"))
        assert answer == {"KeyId": key["Arn"]}
        assert len(token) == length
        assert token.startswith(bytes.fromhex("010102 0078"))
        assert len(public) == spki
        assert abs(valid_to - kms.clock.now() - dt.timedelta(days=1)) < dt.timedelta(seconds=1)

    def test_the_wrapping_key_of_a_spec_is_always_the_same(self, client):
        first, second = (parameters(client, external_key(client))["PublicKey"] for _ in range(2))

        assert first == second


class TestImportKeyMaterial:
    @pytest.mark.aws
    def test_an_unknown_import_type(self, unchecked, refused):
        key = external_key(unchecked)
        request = request_for(key, parameters(unchecked, key), ImportType="OLD", **FOREVER)

        with refused(*broken("importType", f"satisfy enum value set: [{NEW}, {EXISTING}]", "OLD")):
            unchecked.import_key_material(**request)

    @pytest.mark.aws
    def test_a_key_of_another_origin_comes_before_its_state(self, client, key, refused):
        client.schedule_key_deletion(KeyId=key["KeyId"])

        with refused(*other_origin(key)):
            client.import_key_material(KeyId=key["KeyId"], ImportToken=b"x", EncryptedKeyMaterial=b"x")

    @pytest.mark.aws
    def test_a_key_pending_deletion(self, client, refused):
        key = external_key(client)
        request = request_for(key, parameters(client, key))
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)

        with refused(*pending_deletion(key)):
            client.import_key_material(**request)

    def test_dates_of_expiry(self, kms, client, refused):
        key, now = external_key(client), kms.clock.now()
        answer = parameters(client, key)

        message = "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"
        with refused("ValidationException", message):
            client.import_key_material(**request_for(key, answer, ExpirationModel="KEY_MATERIAL_EXPIRES"))
        with refused("ValidationException", "ValidTo must be in the future"):
            client.import_key_material(**request_for(key, answer, ValidTo=now - dt.timedelta(days=1)))
        with refused("ValidationException", "ValidTo must be less than 365 days in the future"):
            client.import_key_material(**request_for(key, answer, ValidTo=now + dt.timedelta(days=366)))
        message = "A validTo date cannot be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE"
        with refused("ValidationException", message):
            client.import_key_material(**request_for(key, answer, ValidTo=now + dt.timedelta(days=1), **FOREVER))
        client.import_key_material(**request_for(key, answer))  # the token is good still

    def test_a_date_of_expiry_later_in_this_second(self, kms, client, send):
        kms.clock.freeze(dt.datetime(2030, 1, 1, microsecond=200_000, tzinfo=dt.timezone.utc))
        key = external_key(client)
        request = request_for(key, parameters(client, key), ExpirationModel="KEY_MATERIAL_EXPIRES")
        answer = send("ImportKeyMaterial", request | {"ValidTo": kms.clock.now().timestamp() + 0.5})

        assert (answer.status, json.loads(answer.body)) == (
            400,
            {"__type": "ValidationException", "message": "ValidTo must be in the future"},
        )

    def test_a_date_of_expiry_is_in_whole_seconds(self, kms, client, send):
        key = external_key(client)
        request = request_for(key, parameters(client, key), ExpirationModel="KEY_MATERIAL_EXPIRES")
        moment = round(kms.clock.now().timestamp()) + 86_400
        assert send("ImportKeyMaterial", request | {"ValidTo": moment + 0.75}).status == 200

        assert describe(client, key)["ValidTo"].timestamp() == moment

    def test_import_tokens(self, kms, client, refused):
        key, other = external_key(client), external_key(client)
        request = request_for(key, parameters(client, key))
        token = request["ImportToken"]
        foreign = parameters(client, other)["ImportToken"]
        changed = token[:-1] + bytes([token[-1] ^ 1])
        with FakeKms() as another:
            elsewhere = parameters(another.client(), external_key(another.client()))["ImportToken"]
        blob = b"\1\2\2\0x" + bytes(100)

        for wrong in (b"garbage", foreign, changed, elsewhere, blob):
            with refused("InvalidImportTokenException"):
                client.import_key_material(**request | {"ImportToken": wrong})
        kms.clock.advance(hours=25)
        client.list_keys()
        with refused("ExpiredImportTokenException"):
            client.import_key_material(**request)

    @pytest.mark.aws
    def test_material_of_another_form(self, client, refused):
        key = external_key(client)
        answer = parameters(client, key)

        with refused("InvalidCiphertextException"):
            client.import_key_material(**request_for(key, answer) | {"EncryptedKeyMaterial": bytes(256)})
        for raw in (bytes(31), bytes(33), bytes(16)):
            with refused("InvalidCiphertextException"):
                client.import_key_material(**request_for(key, answer, raw))

    def test_wrapped_material_of_another_length(self, client, refused):
        key, signer = external_key(client), external_key(client, "RSA_2048", "SIGN_VERIFY")
        answer, answer_for_signer = (
            parameters(client, key),
            parameters(client, signer, "RSA_AES_KEY_WRAP_SHA_256", "RSA_4096"),
        )

        for length in (1, 255, 257):
            wrong = {"EncryptedKeyMaterial": bytes(length)}
            with refused("ValidationException", "Invalid encrypted key size."):
                client.import_key_material(**request_for(key, answer) | wrong)
        for length in (512, 527):
            wrong = {"EncryptedKeyMaterial": bytes(length)}
            with refused("ValidationException", "Invalid encrypted key size."):
                client.import_key_material(**request_for(signer, answer_for_signer) | wrong)
        with refused("InvalidCiphertextException"):
            wrong = {"EncryptedKeyMaterial": bytes(528)}
            client.import_key_material(**request_for(signer, answer_for_signer) | wrong)

    @pytest.mark.aws
    def test_import_type_and_material_id(self, client, refused):
        key = external_key(client)
        answer = parameters(client, key)

        with refused("IncorrectKeyMaterialException"):
            client.import_key_material(**request_for(key, answer, ImportType=EXISTING, **FOREVER))
        message = "Input parameter keyMaterialId cannot be used with NEW_KEY_MATERIAL importType."
        with refused("ValidationException", message):
            client.import_key_material(**request_for(key, answer, ImportType=NEW, KeyMaterialId="0" * 64, **FOREVER))

    @pytest.mark.aws
    @needs("ImportKeyMaterial:KeyMaterialId")
    def test_other_bytes_than_those_of_the_key(self, client, refused, import_material):
        key = external_key(client)
        first = import_material(client, key["KeyId"], RAW)["KeyMaterialId"]
        answer = parameters(client, key)

        for more in ({}, {"ImportType": EXISTING}, {"KeyMaterialId": first}):
            with refused(*expected_material(first)):
                client.import_key_material(**request_for(key, answer, bytes(32), **FOREVER, **more))
        with refused(*expected_material("0" * 64)):
            client.import_key_material(
                **request_for(key, answer, ImportType=EXISTING, KeyMaterialId="0" * 64, **FOREVER)
            )

    @pytest.mark.aws
    @needs("ImportKeyMaterial:KeyMaterialId")
    def test_material_that_is_not_new(self, client, refused, import_material):
        key = external_key(client)
        first = import_material(client, key["KeyId"], RAW)["KeyMaterialId"]
        second = import_material(client, key["KeyId"], bytes(32), ImportType=NEW, **FOREVER)["KeyMaterialId"]
        answer = parameters(client, key)

        for raw, material_id in ((RAW, first), (bytes(32), second)):
            message = (
                f"Key material (id: {material_id}) being imported as NEW_KEY_MATERIAL is already associated with KMS key "
                f"{key['Arn']}."
            )
            with refused("IncorrectKeyMaterialException", message):
                client.import_key_material(**request_for(key, answer, raw, ImportType=NEW, **FOREVER))

    @pytest.mark.aws
    def test_into_a_disabled_key_which_is_enabled_by_it(self, client, import_material):
        key = external_key(client)
        import_material(client, key["KeyId"], RAW)
        client.disable_key(KeyId=key["KeyId"])
        import_material(client, key["KeyId"], RAW)

        metadata = describe(client, key)
        assert (metadata["KeyState"], metadata["Enabled"]) == ("Enabled", True)

    @pytest.mark.aws
    def test_the_description_stays_where_none_is_said(self, client, import_material):
        key = external_key(client)
        import_material(client, key["KeyId"], RAW, KeyMaterialDescription="first", **FOREVER)
        assert descriptions(client, key) == ["first"]
        import_material(client, key["KeyId"], RAW)
        assert descriptions(client, key) == ["first"]
        client.delete_imported_key_material(KeyId=key["KeyId"])
        import_material(client, key["KeyId"], RAW)
        assert descriptions(client, key) == ["first"]
        import_material(client, key["KeyId"], RAW, KeyMaterialDescription="other", **FOREVER)
        assert descriptions(client, key) == ["other"]

    @pytest.mark.aws
    def test_older_parameters_stay_good(self, client):
        key = external_key(client)
        older, newer = parameters(client, key), parameters(client, key)
        client.import_key_material(**request_for(key, newer))

        client.import_key_material(**request_for(key, older))

    @pytest.mark.aws
    def test_parameters_for_a_disabled_key(self, client, import_material):
        key = external_key(client)
        import_material(client, key["KeyId"], RAW)
        client.disable_key(KeyId=key["KeyId"])

        assert parameters(client, key)["KeyId"] == key["Arn"]

    @pytest.mark.aws
    def test_a_token_serves_again_for_its_key(self, client):
        key = external_key(client)
        answer = parameters(client, key)

        for _ in range(2):
            client.import_key_material(**request_for(key, answer))

    @pytest.mark.aws
    @needs("CreateKey:KeyMetadata.CurrentKeyMaterialId")
    def test_a_key_waits_for_its_material(self, client, refused, import_material):
        key = external_key(client)
        assert (key["KeyState"], key["Enabled"], key["Origin"]) == ("PendingImport", False, "EXTERNAL")
        assert not (WITHOUT_MATERIAL | {"CurrentKeyMaterialId"}) & set(key)
        with refused(*pending_import(key)):
            encrypt(client, key)

        answer = members(import_material(client, key["KeyId"], RAW))

        metadata = describe(client, key)
        assert answer == {"KeyId": key["Arn"], "KeyMaterialId": metadata["CurrentKeyMaterialId"]}
        assert (metadata["KeyState"], metadata["ExpirationModel"]) == ("Enabled", "KEY_MATERIAL_DOES_NOT_EXPIRE")
        assert client.decrypt(CiphertextBlob=encrypt(client, key))["KeyMaterialId"] == answer["KeyMaterialId"]

    @pytest.mark.aws
    @pytest.mark.parametrize("algorithm", ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"])
    @pytest.mark.parametrize("spec", ["RSA_2048", "RSA_3072", "RSA_4096"])
    def test_every_wrapping(self, client, import_material, algorithm, spec):
        key = external_key(client)
        import_material(client, key["KeyId"], RAW, algorithm=algorithm, spec=spec)

        assert describe(client, key)["KeyState"] == "Enabled"

    @pytest.mark.aws
    def test_material_wrapped_by_openssl(self, client, tmp_path):
        key = external_key(client)
        answer = parameters(client, key)
        (tmp_path / "public.der").write_bytes(answer["PublicKey"])
        (tmp_path / "material").write_bytes(RAW)
        command = [
            "openssl", "pkeyutl", "-encrypt", "-in", str(tmp_path / "material"), "-inkey", str(tmp_path / "public.der"), "-keyform", "DER",
            "-pubin", "-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256",
        ]  # fmt: skip
        wrapped = subprocess.run(command, capture_output=True, check=True).stdout

        client.import_key_material(**request_for(key, answer) | {"EncryptedKeyMaterial": wrapped})

        assert describe(client, key)["KeyState"] == "Enabled"

    @pytest.mark.aws
    @needs("ImportKeyMaterial:KeyMaterialId")
    def test_the_same_bytes_in_two_keys_are_two_materials(self, client, import_material):
        first, second = external_key(client), external_key(client)
        one, two = (import_material(client, key["KeyId"], RAW)["KeyMaterialId"] for key in (first, second))
        assert one != two

    @needs("CreateKey:KeyMetadata.CurrentKeyMaterialId")
    def test_expiry_and_import_of_the_same_bytes(self, kms, client, refused, import_material):
        key = external_key(client)
        valid_to = kms.clock.now() + dt.timedelta(days=10)
        imported = import_material(client, key["KeyId"], RAW, ValidTo=valid_to)
        metadata = describe(client, key)
        assert metadata["ExpirationModel"] == "KEY_MATERIAL_EXPIRES"
        assert abs(metadata["ValidTo"] - valid_to) < dt.timedelta(seconds=1)
        blob = encrypt(client, key)

        kms.clock.advance(days=11)
        expired = describe(client, key)
        assert (expired["KeyState"], expired["Enabled"]) == ("PendingImport", False)
        assert expired["CurrentKeyMaterialId"] == imported["KeyMaterialId"]
        assert not WITHOUT_MATERIAL & set(expired)
        assert kms.journal.events("DeleteExpiredKeyMaterial", key=key["KeyId"])
        with refused(*pending_import(key)):
            client.decrypt(CiphertextBlob=blob)
        answer = parameters(client, key)
        with refused(*expected_material(imported["KeyMaterialId"])):
            client.import_key_material(**request_for(key, answer, bytes(32)))
        again = import_material(client, key["KeyId"], RAW)
        assert again["KeyMaterialId"] == imported["KeyMaterialId"]
        assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"

    def test_an_import_that_was_renewed_does_not_expire_at_the_old_date(self, kms, client, import_material):
        key = external_key(client)
        import_material(client, key["KeyId"], RAW, ValidTo=kms.clock.now() + dt.timedelta(days=10))
        import_material(client, key["KeyId"], RAW)
        kms.clock.advance(days=20)

        assert describe(client, key)["KeyState"] == "Enabled"


class TestDeleteImportedKeyMaterial:
    @pytest.mark.aws
    def test_a_key_of_another_origin_comes_before_its_state(self, client, key, refused):
        client.schedule_key_deletion(KeyId=key["KeyId"])

        with refused(*other_origin(key)):
            client.delete_imported_key_material(KeyId=key["KeyId"])

    @pytest.mark.aws
    def test_material_that_the_key_never_had(self, client, refused, import_material):
        key = external_key(client)
        import_material(client, key["KeyId"], RAW)

        message = f"Key material (id: {'0' * 64}) has never been imported into KMS key {key['Arn']}."
        with refused("ValidationException", message):
            client.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId="0" * 64)

    @pytest.mark.aws
    @needs("DeleteImportedKeyMaterial:KeyId")
    def test_a_key_without_material(self, client):
        key = external_key(client)

        assert members(client.delete_imported_key_material(KeyId=key["KeyId"])) == {"KeyId": key["Arn"]}

    @pytest.mark.aws
    @needs("ImportKeyMaterial:KeyMaterialId")
    def test_deletion_and_import_again(self, client, import_material):
        key = external_key(client)
        imported = import_material(client, key["KeyId"], RAW)
        answer = members(client.delete_imported_key_material(KeyId=key["KeyId"]))

        assert answer == {"KeyId": key["Arn"], "KeyMaterialId": imported["KeyMaterialId"]}
        metadata = describe(client, key)
        assert metadata["KeyState"] == "PendingImport"
        assert not WITHOUT_MATERIAL & set(metadata)
        assert metadata["CurrentKeyMaterialId"] == imported["KeyMaterialId"]
        assert members(client.delete_imported_key_material(KeyId=key["KeyId"])) == answer
        import_material(client, key["KeyId"], RAW)
        assert describe(client, key)["KeyState"] == "Enabled"

    @pytest.mark.aws
    def test_a_key_pending_deletion_stays_so(self, client, import_material):
        key = external_key(client)
        import_material(client, key["KeyId"], RAW)
        client.schedule_key_deletion(KeyId=key["KeyId"])
        client.delete_imported_key_material(KeyId=key["KeyId"])
        assert describe(client, key)["KeyState"] == "PendingDeletion"

        client.cancel_key_deletion(KeyId=key["KeyId"])
        assert describe(client, key)["KeyState"] == "PendingImport"

    @pytest.mark.aws
    def test_a_key_that_never_had_material_waits_for_it_again(self, client):
        key = external_key(client)
        client.schedule_key_deletion(KeyId=key["KeyId"])
        client.cancel_key_deletion(KeyId=key["KeyId"])
        assert describe(client, key)["KeyState"] == "PendingImport"
