"""What a grant allows its grantee to do: every operation, across accounts, and with grant tokens."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from expected import no_key
from grantable import AGREEMENT, ENCAPSULATION, EVERY, HMAC, SIGNING, SYMMETRIC, grants_of
from iam import (
    ACCOUNT,
    ADMIN,
    DENIED_BY_IDENTITY,
    DENIED_BY_KEY_POLICY,
    IAM,
    NOT_BY_SESSION,
    OTHER,
    ROOT,
    across,
    across_by_ciphertext,
    allow,
    denied,
    denied_by_ciphertext,
    denied_elsewhere,
    deny,
    key_policy,
    policy,
)
from keys import spki

from fake_kms import FakeKms

BOB = f"{IAM}user/bob"


def peer():
    return spki(ec.generate_private_key(ec.SECP256R1()).public_key())


def sealed(client, key_id):
    return client.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]


# Grant operation -> the key, what an administrator prepares with it, and the use: it takes client, key id, and that.
SIGN = {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"}
MAC = {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256"}
PAIR = {"KeyPairSpec": "ECC_NIST_P256"}
USES = {
    "Encrypt": (SYMMETRIC, None, lambda c, k, _: c.encrypt(KeyId=k, Plaintext=b"x")),
    "Decrypt": (SYMMETRIC, sealed, lambda c, _, blob: c.decrypt(CiphertextBlob=blob)),
    "GenerateDataKey": (SYMMETRIC, None, lambda c, k, _: c.generate_data_key(KeyId=k, KeySpec="AES_256")),
    "GenerateDataKeyWithoutPlaintext": (
        SYMMETRIC, None, lambda c, k, _: c.generate_data_key_without_plaintext(KeyId=k, KeySpec="AES_256")),
    "GenerateDataKeyPair": (SYMMETRIC, None, lambda c, k, _: c.generate_data_key_pair(KeyId=k, **PAIR)),
    "GenerateDataKeyPairWithoutPlaintext": (
        SYMMETRIC, None, lambda c, k, _: c.generate_data_key_pair_without_plaintext(KeyId=k, **PAIR)),
    "DescribeKey": (SYMMETRIC, None, lambda c, k, _: c.describe_key(KeyId=k)),
    "GetPublicKey": (SIGNING, None, lambda c, k, _: c.get_public_key(KeyId=k)),
    "Sign": (SIGNING, None, lambda c, k, _: c.sign(KeyId=k, **SIGN)),
    "Verify": (SIGNING, lambda c, k: c.sign(KeyId=k, **SIGN)["Signature"],
               lambda c, k, prepared: c.verify(KeyId=k, Signature=prepared, **SIGN)),
    "GenerateMac": (HMAC, None, lambda c, k, _: c.generate_mac(KeyId=k, **MAC)),
    "VerifyMac": (HMAC, lambda c, k: c.generate_mac(KeyId=k, **MAC)["Mac"],
                  lambda c, k, prepared: c.verify_mac(KeyId=k, Mac=prepared, **MAC)),
    "DeriveSharedSecret": (AGREEMENT, None, lambda c, k, _: c.derive_shared_secret(
        KeyId=k, KeyAgreementAlgorithm="ECDH", PublicKey=peer())),
    "Encapsulate": (ENCAPSULATION, None, lambda c, k, _: c.encapsulate(
        KeyId=k, EncapsulationAlgorithm="ML_KEM")),
    "Decapsulate": (ENCAPSULATION,
                    lambda c, k: c.encapsulate(KeyId=k, EncapsulationAlgorithm="ML_KEM")["SharedSecretCiphertextBlob"],
                    lambda c, k, prepared: c.decapsulate(KeyId=k, SharedSecretCiphertextBlob=prepared, EncapsulationAlgorithm="ML_KEM")),
}  # fmt: skip
USES = {operation: use for operation, use in USES.items() if operation in EVERY}


class TestEveryOperation:
    def test_every_grant_operation_is_covered(self):
        assert set(USES) | {"CreateGrant", "RetireGrant", "ReEncryptFrom", "ReEncryptTo"} == EVERY

    @pytest.mark.parametrize("operation", USES)
    def test_the_grant_is_enough(self, kms, client, app, refused, operation):
        spec, prepare, use = USES[operation]
        key = client.create_key(**spec)["KeyMetadata"]
        prepared = prepare(client, key["KeyId"]) if prepare else None
        text = denied_by_ciphertext(app, operation) if operation == "Decrypt" else denied(app, operation, key)
        with kms.acting_as(app), refused("AccessDeniedException", text):
            use(client, key["KeyId"], prepared)

        client.create_grant(KeyId=key["KeyId"], GranteePrincipal=app.role_arn, Operations=[operation])
        with kms.acting_as(app):
            use(client, key["KeyId"], prepared)
        (decision,) = kms.journal[-1].decisions
        assert "Allow by grant " in decision.because

    def test_a_grant_to_a_session_is_for_that_session(self, kms, client, key, app, grant, refused):
        grant(app.arn, "Encrypt")
        other = app.assume("other")
        with kms.acting_as(app):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        with kms.acting_as(other), refused("AccessDeniedException", denied(other, "Encrypt", key)):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    @pytest.mark.parametrize("account", [f"{IAM}root", ACCOUNT])
    def test_a_grant_to_the_account_delegates_to_iam(self, kms, client, key, app, refused, account):
        key = client.create_key(Policy=key_policy(allow(to=ADMIN)))["KeyMetadata"]
        client.create_grant(KeyId=key["KeyId"], GranteePrincipal=account, Operations=["Encrypt"])
        kms.principals.root().client().encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        with kms.acting_as(kms.principals.user("permitted", policies=[policy(allow("kms:Encrypt"))])):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        with kms.acting_as(app), refused("AccessDeniedException", denied(app, "Encrypt", key)):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    @pytest.mark.parametrize("missing", ["ReEncryptFrom", "ReEncryptTo"])
    def test_both_sides_of_re_encrypt(self, kms, client, key, app, refused, missing):
        other = client.create_key()["KeyMetadata"]
        request = {"CiphertextBlob": sealed(client, key["KeyId"]), "DestinationKeyId": other["KeyId"]}
        sides = {"ReEncryptFrom": key, "ReEncryptTo": other}
        for operation in sorted(sides, key=lambda one: one == missing):
            with kms.acting_as(app), pytest.raises(client.exceptions.ClientError):
                client.re_encrypt(**request)
            if operation == missing:
                by_name = denied(app, missing, sides[missing])
                text = denied_by_ciphertext(app, missing) if missing == "ReEncryptFrom" else by_name
                with kms.acting_as(app), refused("AccessDeniedException", text):
                    client.re_encrypt(**request)
            client.create_grant(KeyId=sides[operation]["KeyId"], GranteePrincipal=app.role_arn, Operations=[operation])
        with kms.acting_as(app):
            client.re_encrypt(**request)

    def test_an_operation_that_the_grant_does_not_include(self, kms, client, key, app, grant, refused):
        grant(app.role_arn, "Decrypt", "DescribeKey")
        with kms.acting_as(app), refused("AccessDeniedException", denied(app, "Encrypt", key)):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    def test_the_grant_of_another_principal(self, kms, client, key, app, grant, refused):
        token = grant(BOB, "Encrypt")["GrantToken"]
        grant(f"arn:aws:sts::{ACCOUNT}:assumed-role/app/other", "Encrypt")
        with kms.acting_as(app), refused("AccessDeniedException", denied(app, "Encrypt", key)):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", GrantTokens=[token])

    def test_what_the_only_grant_allowed_ends_with_it(self, kms, client, key, app, grant, refused):
        request = {"KeyId": key["KeyId"], "Plaintext": b"x"}
        created = grant(app.role_arn, "Encrypt")
        app.client().encrypt(**request)
        client.revoke_grant(KeyId=key["KeyId"], GrantId=created["GrantId"])
        with kms.acting_as(app), refused("AccessDeniedException", denied(app, "Encrypt", key)):
            client.encrypt(**request)

    def test_one_grant_among_others_comes_and_goes(self, kms, client, key, app, grant, refused):
        """A refusal from before the grant, or an answer from before its end, is not remembered."""
        request = {"KeyId": key["KeyId"], "Plaintext": b"x"}
        grant(BOB, "Encrypt")
        for _ in range(2):
            with kms.acting_as(app), refused("AccessDeniedException", denied(app, "Encrypt", key)):
                client.encrypt(**request)
            made = grant(app.role_arn, "Encrypt")
            with kms.acting_as(app):
                client.encrypt(**request)
            client.revoke_grant(KeyId=key["KeyId"], GrantId=made["GrantId"])

    def test_a_key_policy_that_delegates_to_nobody(self, kms, client, app):
        key_id = client.create_key(Policy=key_policy(allow(to=ADMIN)))["KeyMetadata"]["KeyId"]
        client.create_grant(KeyId=key_id, GranteePrincipal=app.role_arn, Operations=["Encrypt"])
        with kms.acting_as(app):
            client.encrypt(KeyId=key_id, Plaintext=b"x")

    @pytest.mark.parametrize("where", ["key policy", "identity policy"])
    def test_an_explicit_deny_overrides_a_grant(self, kms, client, key, grant, refused, where):
        own = [policy(deny("kms:Encrypt"))] if where == "identity policy" else []
        bob, clause = kms.principals.user("bob", policies=own), DENIED_BY_IDENTITY
        grant(BOB, "Encrypt")
        if where == "key policy":
            clause = DENIED_BY_KEY_POLICY
            text = key_policy(allow(to=ROOT), deny("kms:Encrypt", to=BOB))
            client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=text)
        with kms.acting_as(bob), refused("AccessDeniedException", denied(bob, "Encrypt", key, clause)):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    def test_a_grant_of_a_deleted_key(self, client, kms, key, grant, refused):
        created = grant(BOB, "Encrypt", RetiringPrincipal=BOB)
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
        assert len(grants_of(client, key)) == 1
        kms.clock.advance(days=7)

        assert client.list_retirable_grants(RetiringPrincipal=BOB)["Grants"] == []
        with refused("InvalidGrantTokenException"):
            client.retire_grant(GrantToken=created["GrantToken"])
        with refused(*no_key(key)):
            client.retire_grant(KeyId=key["Arn"], GrantId=created["GrantId"])


class TestAcrossAccounts:
    """Source: docs/aws/recorded.md#grants."""

    SILENT = policy(allow("s3:*"))

    @pytest.fixture
    def issue(self, kms, client, key, grant):
        """Create a grant: as the account of the key does, or as the other account does, if its key policy lets it."""

        def create(issuer, grantee, *operations, **more):
            if issuer == ACCOUNT:
                return grant(grantee, *operations, **more)
            text = key_policy(allow(to=ROOT), allow("kms:CreateGrant", to=f"arn:aws:iam::{OTHER}:root"))
            client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=text)
            guest = kms.principals.user("issuer", account=OTHER, policies=[policy(allow("kms:CreateGrant"))])
            with kms.acting_as(guest):
                return client.create_grant(KeyId=key["Arn"], GranteePrincipal=grantee, Operations=[*operations], **more)

        return create

    @pytest.mark.parametrize("form", ["arn", "role_arn"])
    def test_a_grant_of_the_keys_account_needs_a_policy_there(self, kms, key, issue, refused, form):
        guest = kms.principals.role("guest", account=OTHER)
        request = {"KeyId": key["Arn"], "Plaintext": b"x"}
        with refused("AccessDeniedException", across(guest, "Encrypt")):
            guest.client().encrypt(**request)
        issue(ACCOUNT, getattr(guest, form), "Encrypt")
        with refused("AccessDeniedException", denied_elsewhere(guest, "Encrypt")):
            guest.client().encrypt(**request)
        with refused("AccessDeniedException", across(guest, "DescribeKey")):
            guest.client().describe_key(KeyId=key["Arn"])

        permitted = kms.principals.role("guest", account=OTHER, policies=[policy(allow("kms:Encrypt", key["Arn"]))])
        permitted.client().encrypt(**request)
        limited = permitted.assume("session", policies=[self.SILENT])
        with refused("AccessDeniedException", denied_elsewhere(limited, "Encrypt", NOT_BY_SESSION)):
            limited.client().encrypt(**request)

    def test_a_grant_of_ones_own_account_is_enough(self, kms, key, issue, refused):
        guest = kms.principals.role("guest", account=OTHER)
        request = {"KeyId": key["Arn"], "Plaintext": b"x"}
        issue(OTHER, guest.role_arn, "Encrypt")
        guest.client().encrypt(**request)
        limited = guest.assume("limited", policies=[self.SILENT])
        with refused("AccessDeniedException", denied_elsewhere(limited, "Encrypt", NOT_BY_SESSION)):
            limited.client().encrypt(**request)
        issue(OTHER, limited.arn, "Encrypt")
        limited.client().encrypt(**request)

    @pytest.mark.parametrize("issuer", [ACCOUNT, OTHER])
    @pytest.mark.parametrize("by", ["the retiring principal", "the grantee"])
    def test_retiring(self, kms, client, key, issue, refused, issuer, by):
        guest = kms.principals.role("guest", account=OTHER)
        terms = (BOB, "Encrypt") if by == "the retiring principal" else (guest.role_arn, "Encrypt", "RetireGrant")
        more = {"RetiringPrincipal": guest.role_arn} if by == "the retiring principal" else {}
        token = issue(issuer, *terms, **more)["GrantToken"]
        retirer = guest
        if issuer == ACCOUNT:
            with refused("AccessDeniedException", denied_elsewhere(guest, "RetireGrant")):
                guest.client().retire_grant(GrantToken=token)
            retirer = kms.principals.role("guest", account=OTHER, policies=[policy(allow("kms:RetireGrant"))])
        limited = retirer.assume("limited", policies=[self.SILENT])
        with refused("AccessDeniedException", denied_elsewhere(limited, "RetireGrant", NOT_BY_SESSION)):
            limited.client().retire_grant(GrantToken=token)
        retirer.client().retire_grant(GrantToken=token)

        assert grants_of(client, key) == []

    def test_decrypt_finds_the_key_in_the_ciphertext(self, kms, client, key, grant, refused):
        guest = kms.principals.role("guest", account=OTHER, policies=[policy(allow("kms:Decrypt"))])
        blob = sealed(client, key["KeyId"])
        with refused("AccessDeniedException", across_by_ciphertext(guest, "Decrypt")):
            guest.client().decrypt(CiphertextBlob=blob)
        grant(guest.role_arn, "Decrypt")
        assert guest.client().decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"

    def test_an_account_as_grantee_delegates(self, kms, client, key, grant, refused):
        guest = kms.principals.role("guest", account=OTHER)
        permitted = kms.principals.role("permitted", account=OTHER, policies=[policy(allow("kms:Encrypt", key["Arn"]))])
        grant(f"arn:aws:iam::{OTHER}:root", "Encrypt")
        permitted.client().encrypt(KeyId=key["Arn"], Plaintext=b"x")
        with refused("AccessDeniedException", denied_elsewhere(guest, "Encrypt")):
            guest.client().encrypt(KeyId=key["Arn"], Plaintext=b"x")


class TestTokens:
    @pytest.mark.aws
    @pytest.mark.parametrize("token", ["x", "AQpA" + "A" * 442, "a b"])
    def test_a_token_of_no_grant(self, client, key, refused, token):
        with refused("InvalidGrantTokenException"):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", GrantTokens=[token])

    def test_a_token_of_a_retired_grant(self, client, key, grant, refused):
        token = grant(BOB, "Encrypt")["GrantToken"]
        client.retire_grant(GrantToken=token)
        with refused("InvalidGrantTokenException"):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", GrantTokens=[token])

    def test_a_token_of_another_region(self, elsewhere, grant, refused):
        token = grant(BOB, "Encrypt")["GrantToken"]
        far = elsewhere(region="eu-west-1")
        key_id = far.create_key()["KeyMetadata"]["KeyId"]
        with refused("InvalidGrantTokenException"):
            far.encrypt(KeyId=key_id, Plaintext=b"x", GrantTokens=[token])

    def test_a_token_of_another_region_among_good_ones(self, client, elsewhere, grant, key, refused):
        far = elsewhere(region="eu-west-1")
        far_key = far.create_key()["KeyMetadata"]["KeyId"]
        good = grant(BOB, "Encrypt")["GrantToken"]
        other = far.create_grant(KeyId=far_key, GranteePrincipal=BOB, Operations=["Encrypt"])["GrantToken"]
        client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", GrantTokens=[good])
        with refused("InvalidGrantTokenException"):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", GrantTokens=[good, other])

    def test_several_tokens_of_one_grant_and_of_another_key(self, client, key, grant):
        tokens = [grant(BOB, "Encrypt", Name="job")["GrantToken"] for _ in range(2)]
        other = client.create_key()["KeyMetadata"]["KeyId"]
        client.encrypt(KeyId=other, Plaintext=b"x", GrantTokens=tokens)

    def test_without_a_token_a_grant_works_only_after_a_while(self):
        with FakeKms(consistency="eventual") as kms:
            client = kms.client()
            app = kms.principals.role("app")
            key = client.create_key()["KeyMetadata"]
            request = {"KeyId": key["KeyId"], "Plaintext": b"x"}
            token = client.create_grant(
                KeyId=key["KeyId"], GranteePrincipal=app.role_arn, Operations=["Encrypt"]
            )["GrantToken"]  # fmt: skip
            with kms.acting_as(app):
                client.encrypt(**request, GrantTokens=[token])
                kms.clock.advance(minutes=4)
                with pytest.raises(client.exceptions.ClientError) as caught:
                    client.encrypt(**request)
                assert caught.value.response["Error"]["Message"] == denied(app, "Encrypt", key)
                kms.clock.advance(minutes=1)
                client.encrypt(**request)

    def test_a_token_allows_create_grant_at_once(self):
        with FakeKms(consistency="eventual") as kms:
            client = kms.client()
            app = kms.principals.role("app")
            key_id = client.create_key()["KeyMetadata"]["KeyId"]
            token = client.create_grant(
                KeyId=key_id, GranteePrincipal=app.role_arn, Operations=["CreateGrant", "Encrypt"]
            )["GrantToken"]  # fmt: skip
            request = {"KeyId": key_id, "GranteePrincipal": BOB, "Operations": ["Encrypt"]}
            with kms.acting_as(app):
                client.create_grant(**request, GrantTokens=[token])
                with pytest.raises(client.exceptions.ClientError):
                    client.create_grant(**request)
