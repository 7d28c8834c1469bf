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
    check_answers: bool


def _yes_or_no(text: str) -> bool:
    if text.lower() not in {"true", "false", "yes", "no", "on", "off", "1", "0"}:
        raise ValueError("say true or false")
    return text.lower() in {"true", "yes", "on", "1"}


def _number_or_text(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


class Option(NamedTuple):
    """One option: its default, how its text (ini file, command line) is read, and what it does."""

    default: Any
    read: Callable[[str], Any]
    help: str


OPTIONS: dict[str, Option] = {
    "region": Option(None, str, "the Region, also in the environment; the configured one or us-east-1 where not said"),
    "account_id": Option("123456789012", str, "the account of callers whose access key nobody registered"),
    "seed": Option(None, _number_or_text, "makes key ids, key material and random bytes the same on every run"),
    "quotas": Option(None, json.loads, 'quotas to change, e.g. {"keys": 5}'),
    "strict_identity": Option(
        False, _yes_or_no, "refuse access keys and policy principals that nobody registered, instead of admitting them"
    ),
    "verify_signatures": Option(False, _yes_or_no, "verify the signatures of registered principals"),
    "consistency": Option(
        "immediate",
        str,
        "immediate, or eventual: a new grant works without token after five minutes, replicas settle after ten seconds",
    ),
    "attestation_roots": Option(
        None,
        lambda text: [Path(name).read_bytes() for name in text.split()],
        "root certificates (PEM or DER) that Nitro attestation documents must descend from; files, in text",
    ),
    "check_answers": Option(
        False, _yes_or_no, "check every answer against botocore's model, for those who work on fake_kms itself"
    ),
}


def _is_account(value: object) -> bool:
    from fake_kms.arns import is_account

    return isinstance(value, str) and is_account(value)


def _are_quotas(value: object) -> bool:
    return value is None or (isinstance(value, dict) and all(type(number) is int for number in value.values()))


def _is_region(value: object) -> bool:
    from fake_kms.arns import is_region

    return value is None or (isinstance(value, str) and is_region(value))


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


# What each option must be, and how to say so.
_FITTING: dict[str, tuple[Callable[[object], bool], str]] = {
    "region": (_is_region, "the name of an AWS Region"),
    "account_id": (_is_account, "twelve digits in a string"),
    "quotas": (_are_quotas, "a dictionary of whole numbers"),
    "strict_identity": (_is_bool, "True or False"),
    "verify_signatures": (_is_bool, "True or False"),
    "check_answers": (_is_bool, "True or False"),
    "consistency": (lambda value: value in {"immediate", "eventual"}, "'immediate' or 'eventual'"),
}


def checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return all options, with the defaults of those not said.

    Raises: TypeError for an option or quota that does not exist, ValueError for a value that does not fit.
    """
    from fake_kms.tables.quotas import quotas_with

    unknown = options.keys() - OPTIONS.keys()
    if unknown:
        raise TypeError(f"fake_kms has no option {', '.join(sorted(unknown))}; there are {', '.join(OPTIONS)}")
    complete = {name: options.get(name, option.default) for name, option in OPTIONS.items()}
    for name, (fits, wanted) in _FITTING.items():
        if not fits(complete[name]):
            raise ValueError(f"{name} is {wanted}, not {complete[name]!r}")
    quotas_with(complete["quotas"])
    return complete
