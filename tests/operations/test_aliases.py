"""CreateAlias, UpdateAlias, DeleteAlias, ListAliases."""

from __future__ import annotations

import pytest
from expected import members, pending_deletion
from keys import alias_of, arn_beside, create

ARN = "arn:aws:kms:us-east-1:123456789012:"
NAMES_A_KEY = {"create_alias": True, "update_alias": True, "delete_alias": False}


def call(client, method, alias_name, key):
    request = {"AliasName": alias_name} | ({"TargetKeyId": key["KeyId"]} if NAMES_A_KEY[method] else {})
    getattr(client, method)(**request)


def aliases_of(client, key, **more):
    return client.list_aliases(KeyId=key["KeyId"], **more)["Aliases"]


def names(entries):
    return [entry["AliasName"] for entry in entries]


@pytest.mark.parametrize("method", sorted(NAMES_A_KEY))
class TestNames:
    @pytest.mark.aws
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
        with refused(*RESERVED):
            call(client, method, "alias/aws/mine", key)


RESERVED = (
    "NotAuthorizedException",
    "The alias name for a customer managed CMK cannot begin with alias/aws/.",
)


class TestCreateAlias:
    @pytest.mark.aws
    def test_an_alias_of_the_name_exists(self, client, key, refused):
        alias_name = alias_of(client, key)

        message = f"An alias with the name {arn_beside(key, alias_name)} already exists"
        with refused("AlreadyExistsException", message):
            client.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])

    @pytest.mark.aws
    def test_a_key_that_does_not_exist(self, client, refused):
        with refused("NotFoundException", "Invalid keyId 'foo'"):
            client.create_alias(AliasName="alias/app", TargetKeyId="foo")

    @pytest.mark.aws
    def test_an_alias_is_not_a_target(self, client, key, refused):
        alias_name = alias_of(client, key)
        alias_arn = key["Arn"].partition("key/")[0] + alias_name

        for target in (alias_name, alias_arn, "alias/missing"):
            with refused("ValidationException", "Aliases must refer to keys. Not aliases"):
                client.create_alias(AliasName=f"{alias_name}/other", TargetKeyId=target)

    def test_a_key_of_another_account_and_region_is_not_a_target(self, client, elsewhere, refused):
        theirs = elsewhere(account="111122223333", region="eu-west-1").create_key()["KeyMetadata"]["Arn"]

        with refused("NotFoundException", "Invalid arn eu-west-1"):
            client.create_alias(AliasName="alias/other", TargetKeyId=theirs)

    def test_a_key_of_another_account_is_not_a_target(self, client, elsewhere, refused):
        theirs = elsewhere(account="111122223333").create_key()["KeyMetadata"]["Arn"]

        for target in (theirs, theirs[:-1] + "0"):
            with refused("ValidationException", "This operation cannot be called cross account"):
                client.create_alias(AliasName="alias/other", TargetKeyId=target)

    @pytest.mark.aws
    def test_a_key_pending_deletion(self, client, key, refused):
        client.schedule_key_deletion(KeyId=key["KeyId"])

        with refused(*pending_deletion(key)):
            client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])

    def test_the_quota_of_a_key(self, client, key, refused):
        for number in range(50):
            client.create_alias(AliasName=f"alias/{number}", TargetKeyId=key["KeyId"])

        message = "Aliases per key quota for this account in this region is 50, current usage is 50."
        with refused("LimitExceededException", message):
            client.create_alias(AliasName="alias/50", TargetKeyId=key["KeyId"])

    @pytest.mark.aws
    def test_an_alias_is_another_name(self, client, key):
        alias_name = f"alias/{key['KeyId']}"
        assert members(client.create_alias(AliasName=alias_name, TargetKeyId=key["Arn"])) == {}

        assert client.describe_key(KeyId=alias_name)["KeyMetadata"]["Arn"] == key["Arn"]

    @pytest.mark.aws
    def test_a_key_has_several_aliases(self, client, key):
        first = alias_of(client, key)
        client.create_alias(AliasName=f"{first}/2", TargetKeyId=key["KeyId"])

        assert sorted(names(aliases_of(client, key))) == [first, f"{first}/2"]

    def test_a_name_is_free_in_every_account_and_region(self, client, key, elsewhere):
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])

        for other in (elsewhere(region="eu-west-1"), elsewhere(account="999999999999")):
            target = other.create_key()["KeyMetadata"]
            other.create_alias(AliasName="alias/app", TargetKeyId=target["KeyId"])
            assert other.describe_key(KeyId="alias/app")["KeyMetadata"]["Arn"] == target["Arn"]


class TestUpdateAlias:
    @pytest.mark.aws
    def test_an_alias_that_does_not_exist(self, client, key, refused):
        alias_name = f"alias/{key['KeyId']}"

        with refused("NotFoundException", f"Alias {arn_beside(key, alias_name)} is not found."):
            client.update_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])

    @pytest.mark.aws
    def test_a_key_of_another_usage(self, client, key, refused):
        alias_name, other = alias_of(client, key), create(client, "HMAC_256", "GENERATE_VERIFY_MAC")

        message = (
            f"Alias {arn_beside(key, alias_name)} cannot be changed from a CMK with key usage ENCRYPT_DECRYPT to a CMK "
            "with key usage GENERATE_VERIFY_MAC. The key usage of the current CMK and the new CMK must be the same."
        )
        with refused("ValidationException", message):
            client.update_alias(AliasName=alias_name, TargetKeyId=other["KeyId"])

    def test_the_quota_of_the_new_key(self, client, key, refused):
        other = client.create_key()["KeyMetadata"]
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        for number in range(50):
            client.create_alias(AliasName=f"alias/{number}", TargetKeyId=other["KeyId"])

        message = "Aliases per key quota for this account in this region is 50, current usage is 50."
        with refused("LimitExceededException", message):
            client.update_alias(AliasName="alias/app", TargetKeyId=other["KeyId"])
        client.update_alias(AliasName="alias/0", TargetKeyId=other["KeyId"])

    @pytest.mark.aws
    def test_away_from_a_key_pending_deletion_but_not_to_one(self, client, key, refused):
        other, alias_name = client.create_key()["KeyMetadata"], alias_of(client, key)
        client.schedule_key_deletion(KeyId=key["KeyId"])
        client.update_alias(AliasName=alias_name, TargetKeyId=other["KeyId"])

        with refused(*pending_deletion(key)):
            client.update_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])

    @pytest.mark.aws
    def test_an_alias_moves_to_another_key(self, client, key):
        other, alias_name = client.create_key()["KeyMetadata"], alias_of(client, key)
        (before,) = aliases_of(client, key)

        assert members(client.update_alias(AliasName=alias_name, TargetKeyId=other["KeyId"])) == {}

        assert aliases_of(client, key) == []
        (after,) = aliases_of(client, other)
        assert (after["TargetKeyId"], after["CreationDate"]) == (other["KeyId"], before["CreationDate"])
        assert after["LastUpdatedDate"] >= before["LastUpdatedDate"]


class TestDeleteAlias:
    @pytest.mark.aws
    def test_an_alias_that_does_not_exist(self, client, key, refused):
        alias_name = f"alias/{key['KeyId']}"

        with refused("NotFoundException", f"Alias {arn_beside(key, alias_name)} is not found."):
            client.delete_alias(AliasName=alias_name)

    @pytest.mark.aws
    def test_the_key_stays(self, client, key, refused):
        alias_name = alias_of(client, key)
        client.disable_key(KeyId=key["KeyId"])
        assert members(client.delete_alias(AliasName=alias_name)) == {}

        assert client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Disabled"
        with refused("NotFoundException", f"Alias {arn_beside(key, alias_name)} is not found."):
            client.delete_alias(AliasName=alias_name)

    @pytest.mark.aws
    def test_a_name_can_be_given_again(self, client, key):
        client.delete_alias(AliasName=alias_of(client, key))
        alias_of(client, key)

        assert len(aliases_of(client, key)) == 1


class TestListAliases:
    def test_a_marker_of_another_listing(self, client, key, refused):
        marker = client.list_aliases(Limit=1)["NextMarker"]

        with refused("InvalidMarkerException"):
            client.list_aliases(KeyId=key["KeyId"], Marker=marker)

    def test_an_alias_of_aws_has_a_key_once_it_is_used(self, client):
        entry = {"AliasArn": f"{ARN}alias/aws/s3", "AliasName": "alias/aws/s3"}
        assert entry in client.list_aliases()["Aliases"]

        key_id = client.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyId"]
        used = next(alias for alias in client.list_aliases()["Aliases"] if alias["AliasName"] == "alias/aws/s3")
        assert used["TargetKeyId"] == key_id
        assert used["CreationDate"] == used["LastUpdatedDate"]

    @pytest.mark.aws
    def test_the_aliases_of_one_key(self, client, key):
        alias_name = alias_of(client, key)
        answer = members(client.list_aliases(KeyId=key["Arn"]))

        (entry,) = answer["Aliases"]
        assert entry.pop("CreationDate") == entry.pop("LastUpdatedDate")
        assert entry == {
            "AliasArn": arn_beside(key, alias_name),
            "AliasName": alias_name,
            "TargetKeyId": key["KeyId"],
        }
        assert answer == {"Aliases": [entry], "Truncated": False}

    @pytest.mark.aws
    def test_a_key_without_aliases(self, client, key):
        assert members(client.list_aliases(KeyId=key["KeyId"])) == {"Aliases": [], "Truncated": False}

    def test_pages_while_aliases_come_and_go(self, client, key):
        for number in range(5):
            client.create_alias(AliasName=f"alias/{number}", TargetKeyId=key["KeyId"])
        first = client.list_aliases(KeyId=key["KeyId"], Limit=2)
        client.delete_alias(AliasName="alias/1")
        client.delete_alias(AliasName="alias/3")
        client.create_alias(AliasName="alias/3", TargetKeyId=key["KeyId"])

        rest = client.list_aliases(KeyId=key["KeyId"], Limit=2, Marker=first["NextMarker"])
        assert names(rest["Aliases"]) == ["alias/2", "alias/3"]
        last = client.list_aliases(KeyId=key["KeyId"], Limit=2, Marker=rest["NextMarker"])
        assert names(last["Aliases"]) == ["alias/4"]

    def test_they_are_in_the_order_of_their_names(self, client, key):
        for name in ("alias/m", "alias/Z", "alias/a", "alias/zebra", "alias/b/c"):
            client.create_alias(AliasName=name, TargetKeyId=key["KeyId"])

        everything = names(client.list_aliases(Limit=100)["Aliases"])
        assert everything == sorted(everything)
        assert names(aliases_of(client, key)) == ["alias/Z", "alias/a", "alias/b/c", "alias/m", "alias/zebra"]

    def test_awss_own_aliases_that_were_not_used(self, client):
        services = "dynamodb ebs elasticfilesystem es glue kinesisvideo rds redshift redshifttest s3 ssm xray"
        assert names(client.list_aliases()["Aliases"]) == [f"alias/aws/{name}" for name in services.split()]

        used = client.describe_key(KeyId="alias/aws/sqs")["KeyMetadata"]["KeyId"]
        entry = next(one for one in client.list_aliases()["Aliases"] if one["AliasName"] == "alias/aws/sqs")
        assert entry["TargetKeyId"] == used

    @pytest.mark.aws
    def test_a_marker_survives_when_the_listing_was_emptied(self, client, key):
        prefix = f"alias/{key['KeyId']}"
        for number in range(3):
            client.create_alias(AliasName=f"{prefix}/{number}", TargetKeyId=key["KeyId"])
        marker = client.list_aliases(KeyId=key["KeyId"], Limit=2)["NextMarker"]
        for number in range(3):
            client.delete_alias(AliasName=f"{prefix}/{number}")
        client.create_alias(AliasName=f"{prefix}/new", TargetKeyId=key["KeyId"])

        assert names(aliases_of(client, key, Marker=marker)) == [f"{prefix}/new"]

    def test_a_marker_survives_many_changes(self, client, key):
        created = [f"alias/{number:02}" for number in range(45)]
        for alias_name in created:
            client.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
        first = client.list_aliases(KeyId=key["KeyId"], Limit=40)
        for alias_name in created[5:42]:
            client.delete_alias(AliasName=alias_name)

        assert names(aliases_of(client, key, Marker=first["NextMarker"])) == created[42:]
        assert names(aliases_of(client, key)) == created[:5] + created[42:]

    def test_a_page_holds_fifty_and_at_most_a_hundred(self, client):
        for _ in range(3):
            key_id = client.create_key()["KeyMetadata"]["KeyId"]
            for number in range(40):
                client.create_alias(AliasName=f"alias/{key_id}-{number}", TargetKeyId=key_id)

        assert len(client.list_aliases()["Aliases"]) == 50
        assert len(client.list_aliases(Limit=1000)["Aliases"]) == 100
