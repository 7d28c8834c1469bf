"""CreateAlias, UpdateAlias, DeleteAlias, ListAliases."""

from __future__ import annotations

import pytest

ARN = "arn:aws:kms:us-east-1:123456789012:"
RESERVED = {"create_alias": True, "update_alias": True, "delete_alias": False}


def call(client, method, alias_name, key):
    request = {"AliasName": alias_name} | ({"TargetKeyId": key["KeyId"]} if RESERVED[method] else {})
    getattr(client, method)(**request)


@pytest.mark.parametrize("method", sorted(RESERVED))
class TestNames:
    def test_the_prefix(self, client, key, refused, method):
        message = (
            'Alias must start with the prefix "alias/". '
            "Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
        )
        with refused("ValidationException", message):
            call(client, method, "app", key)

    @pytest.mark.aws
    @pytest.mark.parametrize("name", ["alias/Service:Test", "alias/"])
    def test_the_characters(self, client, key, refused, method, name):
        with refused("ValidationException", f"{name} contains invalid characters for an alias"):
            call(client, method, name, key)

    def test_the_names_of_aws(self, client, key, refused, method):
        with refused("NotAuthorizedException"):
            call(client, method, "alias/aws/mine", key)


class TestCreateAlias:
    @pytest.mark.aws
    def test_an_alias_is_another_name(self, client, key):
        client.create_alias(AliasName="alias/app", TargetKeyId=key["Arn"])

        assert client.describe_key(KeyId="alias/app")["KeyMetadata"]["Arn"] == key["Arn"]

    @pytest.mark.aws
    def test_an_alias_of_the_name_exists(self, client, key, refused):
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])

        with refused("AlreadyExistsException", f"An alias with the name {ARN}alias/app already exists"):
            client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])

    @pytest.mark.aws
    def test_a_key_that_does_not_exist(self, client, refused):
        with refused("NotFoundException", "Invalid keyId 'foo'"):
            client.create_alias(AliasName="alias/app", TargetKeyId="foo")

    @pytest.mark.aws
    def test_an_alias_is_no_target(self, client, key, refused):
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])

        with refused("InvalidArnException", "Key Aliases are not supported for this operation."):
            client.create_alias(AliasName="alias/other", TargetKeyId="alias/app")

    @pytest.mark.aws
    def test_a_key_pending_deletion(self, client, key, refused):
        client.schedule_key_deletion(KeyId=key["KeyId"])

        with refused("KMSInvalidStateException", f"{key['Arn']} is pending deletion."):
            client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])

    def test_the_quota_of_a_key(self, client, key, refused):
        for number in range(50):
            client.create_alias(AliasName=f"alias/{number}", TargetKeyId=key["KeyId"])

        message = "Aliases per key quota for this account in this region is 50, current usage is 50."
        with refused("LimitExceededException", message):
            client.create_alias(AliasName="alias/50", TargetKeyId=key["KeyId"])


class TestUpdateAlias:
    @pytest.mark.aws
    def test_an_alias_moves_to_another_key(self, client, key):
        other = client.create_key()["KeyMetadata"]
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        before = client.list_aliases(KeyId=key["KeyId"])["Aliases"][0]

        client.update_alias(AliasName="alias/app", TargetKeyId=other["KeyId"])

        assert client.list_aliases(KeyId=key["KeyId"])["Aliases"] == []
        after = client.list_aliases(KeyId=other["KeyId"])["Aliases"][0]
        assert (after["TargetKeyId"], after["CreationDate"]) == (other["KeyId"], before["CreationDate"])
        assert after["LastUpdatedDate"] >= before["LastUpdatedDate"]

    @pytest.mark.aws
    def test_an_alias_that_does_not_exist(self, client, key, refused):
        with refused("NotFoundException", f"Alias {ARN}alias/app is not found."):
            client.update_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])

    @pytest.mark.aws
    def test_away_from_a_key_pending_deletion_but_not_to_one(self, client, key, refused):
        other = client.create_key()["KeyMetadata"]
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        client.schedule_key_deletion(KeyId=key["KeyId"])
        client.update_alias(AliasName="alias/app", TargetKeyId=other["KeyId"])

        with refused("KMSInvalidStateException", f"{key['Arn']} is pending deletion."):
            client.update_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])


class TestDeleteAlias:
    @pytest.mark.aws
    def test_the_key_stays(self, client, key, refused):
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        client.disable_key(KeyId=key["KeyId"])
        client.delete_alias(AliasName="alias/app")

        assert client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Disabled"
        with refused("NotFoundException", f"Alias {ARN}alias/app is not found."):
            client.delete_alias(AliasName="alias/app")

    @pytest.mark.aws
    def test_a_name_can_be_given_again(self, client, key):
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        client.delete_alias(AliasName="alias/app")
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])

        assert len(client.list_aliases(KeyId=key["KeyId"])["Aliases"]) == 1


class TestListAliases:
    def test_awss_own_aliases_wait_for_their_first_use(self, client):
        entry = {"AliasArn": f"{ARN}alias/aws/s3", "AliasName": "alias/aws/s3"}
        assert entry in client.list_aliases()["Aliases"]

        key_id = client.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyId"]
        used = next(alias for alias in client.list_aliases()["Aliases"] if alias["AliasName"] == "alias/aws/s3")
        assert used["TargetKeyId"] == key_id
        assert used["CreationDate"] == used["LastUpdatedDate"]

    @pytest.mark.aws
    def test_an_entry_and_the_aliases_of_one_key(self, client, key):
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        (entry,) = client.list_aliases(KeyId=key["Arn"])["Aliases"]

        assert {name: entry[name] for name in ("AliasArn", "AliasName", "TargetKeyId")} == {
            "AliasArn": f"{ARN}alias/app",
            "AliasName": "alias/app",
            "TargetKeyId": key["KeyId"],
        }

    def test_pages_while_aliases_come_and_go(self, client, key):
        for number in range(5):
            client.create_alias(AliasName=f"alias/{number}", TargetKeyId=key["KeyId"])
        first = client.list_aliases(KeyId=key["KeyId"], Limit=2)
        client.delete_alias(AliasName="alias/1")
        client.delete_alias(AliasName="alias/3")
        client.create_alias(AliasName="alias/3", TargetKeyId=key["KeyId"])

        rest = client.list_aliases(KeyId=key["KeyId"], Limit=2, Marker=first["NextMarker"])
        assert [alias["AliasName"] for alias in rest["Aliases"]] == ["alias/2", "alias/4"]
        last = client.list_aliases(KeyId=key["KeyId"], Limit=2, Marker=rest["NextMarker"])
        assert [alias["AliasName"] for alias in last["Aliases"]] == ["alias/3"]

    @pytest.mark.aws
    def test_a_marker_survives_that_the_listing_was_emptied(self, client, key):
        for number in range(3):
            client.create_alias(AliasName=f"alias/{number}", TargetKeyId=key["KeyId"])
        marker = client.list_aliases(KeyId=key["KeyId"], Limit=2)["NextMarker"]
        for number in range(3):
            client.delete_alias(AliasName=f"alias/{number}")
        client.create_alias(AliasName="alias/new", TargetKeyId=key["KeyId"])

        rest = client.list_aliases(KeyId=key["KeyId"], Marker=marker)
        assert [alias["AliasName"] for alias in rest["Aliases"]] == ["alias/new"]

    def test_a_page_holds_fifty_and_at_most_a_hundred(self, client):
        for _ in range(3):
            key_id = client.create_key()["KeyMetadata"]["KeyId"]
            for number in range(40):
                client.create_alias(AliasName=f"alias/{key_id}-{number}", TargetKeyId=key_id)

        assert len(client.list_aliases()["Aliases"]) == 50
        assert len(client.list_aliases(Limit=1000)["Aliases"]) == 100
