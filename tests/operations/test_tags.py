"""TagResource, UntagResource, ListResourceTags, and the tags of CreateKey."""

from __future__ import annotations

import pytest
from expected import RESERVED_TAG, broken, members, pending_deletion


def tags(*names):
    return [{"TagKey": name, "TagValue": f"value of {name}"} for name in names]


def tags_of(client, key):
    return client.list_resource_tags(KeyId=key["KeyId"])["Tags"]


def put(client, key, new, operation):
    if operation == "CreateKey":
        client.create_key(Tags=new)
    else:
        client.tag_resource(KeyId=key["KeyId"], Tags=new)


@pytest.mark.parametrize("operation", ["CreateKey", "TagResource"])
class TestRefusedTags:
    def test_too_many(self, client, key, refused, operation):
        with refused("TagException", "Too many tags"):
            put(client, key, tags(*map(str, range(51))), operation)

    @pytest.mark.aws
    @pytest.mark.parametrize("name", ["aws:team", "AWS:team", "aWs:"])
    def test_reserved(self, client, key, refused, operation, name):
        with refused(*RESERVED_TAG):
            put(client, key, tags("a", name), operation)

    @pytest.mark.parametrize("wrong", ["#", "a#b", "!", "a\tb", "a\n", "{}", "café☕", "*"])
    @pytest.mark.parametrize("part", ["TagKey", "TagValue"])
    def test_other_characters(self, client, key, refused, operation, part, wrong):
        with refused("TagException", "Invalid tag"):
            put(client, key, [{"TagKey": "a", "TagValue": "b"} | {part: wrong}], operation)

    @pytest.mark.parametrize("name", ["aws:#", "aws:\n"])
    def test_a_reserved_prefix_comes_before_other_characters(self, client, key, refused, operation, name):
        with refused(*RESERVED_TAG):
            put(client, key, tags(name), operation)

    @pytest.mark.aws
    def test_twice(self, client, key, refused, operation):
        with refused("TagException", "Duplicate tag keys"):
            put(client, key, tags("a", "a"), operation)


@pytest.mark.aws
@pytest.mark.parametrize("operation", ["CreateKey", "TagResource"])
@pytest.mark.parametrize("text", ["_.:/=+-@", "cost center 7", "équipe", "部門", "٣", "½", " "])
def test_letters_digits_spaces_and_eight_signs_make_a_tag(client, key, operation, text):
    put(client, key, [{"TagKey": text, "TagValue": text}, {"TagKey": "empty", "TagValue": ""}], operation)


class TestTagResource:
    @pytest.mark.aws
    def test_a_value_that_is_too_long(self, client, key, refused):
        long = "x" * 257

        with refused(*broken("tags.1.member.tagValue", "have length less than or equal to 256", long)):
            client.tag_resource(KeyId=key["KeyId"], Tags=[{"TagKey": "a", "TagValue": long}])

    @pytest.mark.aws
    def test_a_key_pending_deletion(self, client, key, refused):
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)

        with refused(*pending_deletion(key)):
            client.tag_resource(KeyId=key["KeyId"], Tags=tags("a"))

    def test_a_key_holds_fifty_tags_whenever_they_came(self, client, key, refused):
        client.tag_resource(KeyId=key["KeyId"], Tags=tags(*map(str, range(50))))
        client.tag_resource(KeyId=key["KeyId"], Tags=tags("7"))

        with refused("TagException", "Too many tags"):
            client.tag_resource(KeyId=key["KeyId"], Tags=tags("50"))

    @pytest.mark.aws
    def test_tags_stay_in_order_and_change_in_place(self, client, key):
        assert members(client.tag_resource(KeyId=key["KeyId"], Tags=tags("b", "a"))) == {}
        client.tag_resource(
            KeyId=key["KeyId"], Tags=[{"TagKey": "b", "TagValue": "new"}, {"TagKey": "c", "TagValue": ""}]
        )

        assert tags_of(client, key) == [
            {"TagKey": "b", "TagValue": "new"},
            {"TagKey": "a", "TagValue": "value of a"},
            {"TagKey": "c", "TagValue": ""},
        ]


class TestUntagResource:
    @pytest.mark.aws
    def test_reserved_tags(self, client, key, refused):
        with refused(*RESERVED_TAG):
            client.untag_resource(KeyId=key["KeyId"], TagKeys=["aws:team"])

    @pytest.mark.aws
    def test_a_key_pending_deletion(self, client, key, refused):
        client.tag_resource(KeyId=key["KeyId"], Tags=tags("a"))
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)

        with refused(*pending_deletion(key)):
            client.untag_resource(KeyId=key["KeyId"], TagKeys=["a"])

    @pytest.mark.aws
    def test_tags_that_the_key_does_not_have_are_ignored(self, client, key):
        client.tag_resource(KeyId=key["KeyId"], Tags=tags("a", "b"))
        assert members(client.untag_resource(KeyId=key["KeyId"], TagKeys=["a", "z", "a"])) == {}

        assert tags_of(client, key) == tags("b")


class TestListResourceTags:
    def test_a_marker_of_another_key(self, client, key, refused):
        other = client.create_key(Tags=tags("a", "b"))["KeyMetadata"]
        marker = client.list_resource_tags(KeyId=other["KeyId"], Limit=1)["NextMarker"]

        with refused("InvalidMarkerException"):
            client.list_resource_tags(KeyId=key["KeyId"], Marker=marker)

    @pytest.mark.aws
    def test_the_answer(self, client, key):
        assert members(client.list_resource_tags(KeyId=key["KeyId"])) == {"Tags": [], "Truncated": False}
        client.tag_resource(KeyId=key["KeyId"], Tags=tags("a"))

        assert members(client.list_resource_tags(KeyId=key["Arn"])) == {"Tags": tags("a"), "Truncated": False}

    @pytest.mark.aws
    def test_pages(self, client, key):
        client.tag_resource(KeyId=key["KeyId"], Tags=tags("a", "b", "c"))
        first = client.list_resource_tags(KeyId=key["KeyId"], Limit=2)
        rest = client.list_resource_tags(KeyId=key["KeyId"], Marker=first["NextMarker"])

        assert (first["Tags"], first["Truncated"]) == (tags("a", "b"), True)
        assert (rest["Tags"], rest["Truncated"]) == (tags("c"), False)

    @pytest.mark.aws
    def test_a_marker_survives_when_a_tag_is_removed(self, client, key):
        client.tag_resource(KeyId=key["KeyId"], Tags=tags("a", "b", "c"))
        first = client.list_resource_tags(KeyId=key["KeyId"], Limit=1)
        client.untag_resource(KeyId=key["KeyId"], TagKeys=["a"])

        rest = client.list_resource_tags(KeyId=key["KeyId"], Marker=first["NextMarker"])
        assert rest["Tags"] == tags("b", "c")
