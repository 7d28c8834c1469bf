"""`python -m fake_kms`."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fake_kms import __main__ as command_line
from fake_kms import __version__
from fake_kms.__main__ import main


def test_the_demo_prints_its_story(capsys):
    assert main(["demo"]) == 0
    printed = capsys.readouterr().out
    for line in (
        "kms.create_key(Description='for the demo')",
        "-> b'a secret'; the ciphertext named its key",
        "-> InvalidCiphertextException: (AWS sends no message here)",
        "is disabled.",
        "-> PendingDeletion until ",
        "is pending deletion.",
    ):
        assert line in printed


def test_the_demo_fails_when_an_answer_is_not_awss(capsys):
    class Agreeable:
        def __getattr__(self, name):
            answers = {
                "create_key": {
                    "KeyMetadata": {
                        "KeyId": "k",
                        "Arn": "a",
                        "KeyState": "s",
                        "KeySpec": "s",
                        "KeyUsage": "u",
                    }
                },
                "schedule_key_deletion": {"KeyState": "s", "DeletionDate": ""},
            }
            return lambda **_: answers.get(name, {"CiphertextBlob": b"", "Plaintext": b""})

    with pytest.raises((ValueError, TypeError)):
        command_line._Demo(Agreeable()).run()
    assert "-> answered, where AWS refuses with InvalidCiphertextException" in capsys.readouterr().out


def test_it_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "fake_kms", "demo"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0
    done = subprocess.run([sys.executable, "-m", "fake_kms"], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0


def test_the_version_and_the_help(capsys):
    with pytest.raises(SystemExit) as caught:
        command_line.main(["--version"])
    assert (caught.value.code, capsys.readouterr().out) == (0, f"fake_kms {__version__}\n")
    assert command_line.main([]) == 0
    assert capsys.readouterr().out.startswith("usage: python -m fake_kms ")
