"""Tags of keys."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fake_kms import errors
from fake_kms.operations._declare import KeyUse, Output, operation
from fake_kms.operations._pages import page_of
from fake_kms.store.key import Tag

if TYPE_CHECKING:
    from fake_kms.operations.call import Call
    from fake_kms.store.key import Key
    from fake_kms.store.pages import Listing

__all__ = ["check_tags", "put_tags"]

# The characters of tags besides letters, digits and spaces of any script.
_PUNCTUATION = frozenset("_.:/=+-@")


def check_tags(tags: Sequence[Mapping[str, str]], present: Listing[Tag], quota: int) -> None:
    """Check tags that a request adds to the `present` ones. Raises: KmsError TagException."""
    names = [tag["TagKey"] for tag in tags]
    _check_reserved(names)
    if not all(_is_written_in_tag_characters(text) for tag in tags for text in tag.values()):
        raise errors.invalid_tag()
    if len(set(names)) != len(names):
        raise errors.duplicate_tag_keys()
    if len(present) + sum(name not in present for name in names) > quota:
        raise errors.too_many_tags()


def put_tags(key: Key, tags: Sequence[Mapping[str, str]]) -> None:
    """Add tags to a key, or change their values in place."""
    for tag in tags:
        key.put_tag(Tag(tag["TagKey"], tag["TagValue"]))


def _check_reserved(names: Sequence[str]) -> None:
    if any(name.lower().startswith("aws:") for name in names):
        raise errors.reserved_tag()


def _is_written_in_tag_characters(text: str) -> bool:
    """Return whether a tag's key or value has no other characters than AWS's services allow in tags.

    Assumed: the characters are those that IAM and the tagging API of AWS document, and a wrong one is refused after a
    reserved prefix and before keys that stand twice; TagResource with a tag such as `a#b` would settle it.
    """
    # The first letter of a Unicode category: L a letter, N a number, Z a space.
    return text.isalnum() or all(
        character in _PUNCTUATION or unicodedata.category(character)[0] in "LNZ" for character in text
    )


def _check_tag(call: Call) -> None:
    check_tags(call.input["Tags"], call.key.tags, call.settings.quotas["tags_per_key"])


@operation("TagResource", KeyUse(), after_key_checks=_check_tag, changes=True)
def tag_resource(call: Call) -> None:
    """Add tags to a key, or change their values in place; at most 50. Source: API_TagResource."""
    put_tags(call.key, call.input["Tags"])


def _check_untag(call: Call) -> None:
    _check_reserved(call.input["TagKeys"])


@operation("UntagResource", KeyUse(), after_key_checks=_check_untag, changes=True)
def untag_resource(call: Call) -> None:
    """Remove tags from a key; names that the key does not have are ignored. Source: API_UntagResource."""
    for name in set(call.input["TagKeys"]):
        if name in call.key.tags:
            call.key.tags.remove(name)


@operation("ListResourceTags", KeyUse())
def list_resource_tags(call: Call) -> Output:
    """List a key's tags in the order they were added; 50 a page. Source: API_ListResourceTags."""
    return page_of(call, "Tags", call.key.tags, lambda tag: {"TagKey": tag.key, "TagValue": tag.value}, call.key.key_id)
