"""The options of a fake: one vocabulary for constructor, decorator, marker, ini file and command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

__all__ = ["OPTIONS", "Option", "Options", "checked"]


class Options(TypedDict, total=False):
    """The keywords of `FakeKms`, `fake_kms(...)` and `@pytest.mark.fake_kms(...)`."""

    region: str
    account_id: str
    seed: object
    quotas: dict[str, int]
    attestation_roots: Sequence[bytes]
    strict_identity: bool
    verify_signatures: bool
    consistency: str


def _yes_or_no(text: str) -> bool:
    if text.lower() not in {"true", "false", "yes", "no", "1", "0"}:
        raise ValueError("say true or false")
    return text.lower() in {"true", "yes", "1"}


class Option(NamedTuple):
    """One option: its default, how its text (ini file, command line) is read, and what it does."""

    default: Any
    read: Callable[[str], Any]
    help: str


OPTIONS: dict[str, Option] = {
    "region": Option("us-east-1", str, "the Region put into the environment where none is configured"),
    "account_id": Option("123456789012", str, "the account of callers whose access key nobody registered"),
    "seed": Option(None, str, "makes key ids, key material and random bytes the same on every run"),
    "quotas": Option(None, json.loads, 'quotas to change, e.g. {"keys": 5}'),
    "strict_identity": Option(
        False, _yes_or_no, "refuse access keys and policy principals that nobody registered, instead of admitting them"
    ),
    "verify_signatures": Option(False, _yes_or_no, "verify the signatures of registered principals"),
    "consistency": Option(
        "immediate", str, "when a new grant works without its token: immediate, or eventual (after five minutes)"
    ),
    "attestation_roots": Option(
        None,
        lambda text: [Path(name).read_bytes() for name in text.split()],
        "root certificates (PEM or DER) that Nitro attestation documents must descend from; files, in text",
    ),
}


def checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Give all options, with the defaults of those not said.

    Raises: TypeError for an option that does not exist, ValueError for an account id that is not twelve digits.
    """
    unknown = options.keys() - OPTIONS.keys()
    if unknown:
        raise TypeError(f"fake_kms has no option {', '.join(sorted(unknown))}; there are {', '.join(OPTIONS)}")
    complete = {name: options.get(name, option.default) for name, option in OPTIONS.items()}
    account = complete["account_id"]
    if not (isinstance(account, str) and len(account) == 12 and account.isascii() and account.isdigit()):  # noqa: PLR2004
        raise ValueError(f"account_id is twelve digits in a string, not {account!r}")
    if complete["consistency"] not in {"immediate", "eventual"}:
        raise ValueError(f"consistency is 'immediate' or 'eventual', not {complete['consistency']!r}")
    return complete
