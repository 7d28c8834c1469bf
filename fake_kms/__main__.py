"""`python -m fake_kms demo`: the fake on the command line."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from fake_kms import __version__, fake_kms

__all__ = ["main"]

_LONGEST = 66


def main(arguments: list[str] | None = None) -> int:
    """Run a command. Output: the exit code."""
    parser = argparse.ArgumentParser(prog="python -m fake_kms", description="AWS KMS for your tests.")
    parser.add_argument("--version", action="version", version=f"fake_kms {__version__}")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("demo", help="a short story of a key, with real boto3 calls")
    if parser.parse_args(arguments).command is None:
        parser.print_help()
        return 0
    return _demo()


def _demo() -> int:
    """Print the story. Output: 0 if every answer was AWS's, else 1."""
    import boto3

    with fake_kms():
        return 0 if _Demo(boto3.client("kms", region_name="us-east-1")).run() else 1


class _Demo:
    """A short story of a key."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._as_expected = True

    def run(self) -> bool:
        """Make the calls and print them. Output: whether every answer was as expected."""
        print("A key of your own, and what AWS would say.\n")
        key = self._call("create_key", Description="for the demo")["KeyMetadata"]
        key_id, context = key["KeyId"], {"tenant": "blue"}
        print(f"  -> {key['Arn']}\n     {key['KeyState']}, {key['KeySpec']}, {key['KeyUsage']}\n")

        answer = self._call("encrypt", KeyId=key_id, Plaintext=b"a secret", EncryptionContext=context)
        blob = answer["CiphertextBlob"]
        print(f"  -> {len(blob)} bytes of ciphertext, bound to the encryption context\n")

        answer = self._call("decrypt", CiphertextBlob=blob, EncryptionContext=context)
        print(f"  -> {answer['Plaintext']!r}; the ciphertext named its key\n")

        print("Another encryption context does not open it:")
        self._refused("InvalidCiphertextException", "decrypt", CiphertextBlob=blob, EncryptionContext={"tenant": "red"})

        print("A disabled key neither encrypts nor decrypts:")
        self._call("disable_key", KeyId=key_id)
        self._refused("DisabledException", "encrypt", KeyId=key_id, Plaintext=b"more")

        print("And a key is not deleted, it waits to be:")
        answer = self._call("schedule_key_deletion", KeyId=key_id, PendingWindowInDays=7)
        print(f"  -> {answer['KeyState']} until {answer['DeletionDate']:%Y-%m-%d}\n")
        self._refused("KMSInvalidStateException", "enable_key", KeyId=key_id)
        return self._as_expected

    def _call(self, method: str, **request: Any) -> dict[str, Any]:
        shown = ", ".join(f"{name}={_short(value)}" for name, value in request.items())
        print(f"kms.{method}({shown})")
        answer: dict[str, Any] = getattr(self._client, method)(**request)
        return answer

    def _refused(self, code: str, method: str, **request: Any) -> None:
        from botocore.exceptions import ClientError

        try:
            self._call(method, **request)
        except ClientError as error:
            refusal = error.response["Error"]
            print(f"  -> {refusal['Code']}: {refusal['Message'] or '(AWS sends no message here)'}\n")
            self._as_expected &= refusal["Code"] == code
        else:
            print(f"  -> answered, where AWS refuses with {code}\n")
            self._as_expected = False


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


if __name__ == "__main__":
    sys.exit(main())
