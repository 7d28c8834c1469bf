"""A short story of a key, told with real boto3 calls."""

from __future__ import annotations

from typing import Any

from fake_kms.api import fake_kms

__all__ = ["run"]

_SHOWN = 66


def run() -> int:
    """Return the story on the terminal; the answer is the exit code: 0 when AWS's answers came, 1 when not."""
    import boto3

    with fake_kms():
        return 0 if _Story(boto3.client("kms", region_name="us-east-1")).tell() else 1


class _Story:
    def __init__(self, client: Any) -> None:
        self._client = client
        self._as_expected = True

    def tell(self) -> bool:
        print("A key of your own, and what AWS would say.\n")
        key = self._ask("create_key", Description="for the demo")["KeyMetadata"]
        key_id, context = key["KeyId"], {"tenant": "blue"}
        print(f"  -> {key['Arn']}\n     {key['KeyState']}, {key['KeySpec']}, {key['KeyUsage']}\n")

        answer = self._ask("encrypt", KeyId=key_id, Plaintext=b"a secret", EncryptionContext=context)
        blob = answer["CiphertextBlob"]
        print(f"  -> {len(blob)} bytes of ciphertext, bound to the encryption context\n")

        answer = self._ask("decrypt", CiphertextBlob=blob, EncryptionContext=context)
        print(f"  -> {answer['Plaintext']!r}; the ciphertext named its key\n")

        print("Another encryption context does not open it:")
        self._refused("InvalidCiphertextException", "decrypt", CiphertextBlob=blob, EncryptionContext={"tenant": "red"})

        print("A disabled key neither encrypts nor decrypts:")
        self._ask("disable_key", KeyId=key_id)
        self._refused("DisabledException", "encrypt", KeyId=key_id, Plaintext=b"more")

        print("And a key is not deleted, it waits to be:")
        answer = self._ask("schedule_key_deletion", KeyId=key_id, PendingWindowInDays=7)
        print(f"  -> {answer['KeyState']} until {answer['DeletionDate']:%Y-%m-%d}\n")
        self._refused("KMSInvalidStateException", "enable_key", KeyId=key_id)
        return self._as_expected

    def _ask(self, method: str, **request: Any) -> dict[str, Any]:
        shown = ", ".join(f"{name}={_short(value)}" for name, value in request.items())
        print(f"kms.{method}({shown})")
        answer: dict[str, Any] = getattr(self._client, method)(**request)
        return answer

    def _refused(self, code: str, method: str, **request: Any) -> None:
        from botocore.exceptions import ClientError

        try:
            self._ask(method, **request)
        except ClientError as error:
            refusal = error.response["Error"]
            print(f"  -> {refusal['Code']}: {refusal['Message'] or '(AWS sends no message here)'}\n")
            self._as_expected &= refusal["Code"] == code
        else:
            print(f"  -> answered, where AWS refuses with {code}\n")
            self._as_expected = False


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
