"""TagResource, UntagResource, ListResourceTags, and the tags of CreateKey."""

from __future__ import annotations

import pytest


def tags(*names):
    return [{"TagKey": name, "TagValue": f"value of {name}"} for name in names]


def put(client, key, new, how):
    if how == "CreateKey":
        client.create_key(Tags=new)
    else:
        client.tag_resource(KeyId=key["KeyId"], Tags=new)


@pytest.mark.parametrize("how", ["CreateKey", "TagResource"])
class TestRefusals:
    def test_too_many(self, client, key, refused, how):
        with refused("TagException", "Too many tags"):
            put(client, key, tags(*map(str, range(51))), how)

    @pytest.mark.aws
    @pytest.mark.parametrize("name", ["aws:team", "AWS:team", "aWs:"])
    def test_reserved(self, client, key, refused, how, name):
        with refused("TagException", "Tags beginning with aws: are reserved"):
            put(client, key, tags("a", name), how)

    @pytest.mark.aws
    def test_twice(self, client, key, refused, how):
        with refused("TagException", "Duplicate tag keys"):
            put(client, key, tags("a", "a"), how)


def test_a_key_holds_fifty_tags_whenever_they_came(client, key, refused):
    client.tag_resource(KeyId=key["KeyId"], Tags=tags(*map(str, range(50))))
    client.tag_resource(KeyId=key["KeyId"], Tags=tags("7"))

    with refused("TagException", "Too many tags"):
        client.tag_resource(KeyId=key["KeyId"], Tags=tags("50"))


@pytest.mark.aws
def test_tags_stay_in_order_and_change_in_place(client, key):
    client.tag_resource(KeyId=key["KeyId"], Tags=tags("b", "a"))
    client.tag_resource(KeyId=key["KeyId"], Tags=[{"TagKey": "b", "TagValue": "new"}, {"TagKey": "c", "TagValue": ""}])

    assert client.list_resource_tags(KeyId=key["KeyId"])["Tags"] == [
        {"TagKey": "b", "TagValue": "new"},
        {"TagKey": "a", "TagValue": "value of a"},
        {"TagKey": "c", "TagValue": ""},
    ]


@pytest.mark.aws
def test_removing_passes_over_what_is_not_there(client, key):
    client.tag_resource(KeyId=key["KeyId"], Tags=tags("a", "b"))
    client.untag_resource(KeyId=key["KeyId"], TagKeys=["a", "z"])

    assert client.list_resource_tags(KeyId=key["KeyId"])["Tags"] == tags("b")


@pytest.mark.aws
def test_removing_reserved_tags(client, key, refused):
    with refused("TagException", "Tags beginning with aws: are reserved"):
        client.untag_resource(KeyId=key["KeyId"], TagKeys=["aws:team"])


@pytest.mark.aws
def test_pages(client, key):
    client.tag_resource(KeyId=key["KeyId"], Tags=tags("a", "b", "c"))
    first = client.list_resource_tags(KeyId=key["KeyId"], Limit=2)
    rest = client.list_resource_tags(KeyId=key["KeyId"], Marker=first["NextMarker"])

    assert (first["Tags"], first["Truncated"]) == (tags("a", "b"), True)
    assert (rest["Tags"], rest["Truncated"]) == (tags("c"), False)


@pytest.mark.aws
def test_a_marker_survives_a_tag_that_goes(client, key):
    client.tag_resource(KeyId=key["KeyId"], Tags=tags("a", "b", "c"))
    first = client.list_resource_tags(KeyId=key["KeyId"], Limit=1)
    client.untag_resource(KeyId=key["KeyId"], TagKeys=["a"])

    rest = client.list_resource_tags(KeyId=key["KeyId"], Marker=first["NextMarker"])
    assert rest["Tags"] == tags("b", "c")
