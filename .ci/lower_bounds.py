"""Print the lower bounds of the run-time dependencies as exact requirements."""

import re
import sys
from importlib.metadata import requires

for requirement in requires("fake-kms") or []:
    match = re.fullmatch(r"([a-z0-9-]+)>=([0-9.]+)", requirement)
    if match:
        sys.stdout.write(f"{match[1]}=={match[2]}\n")
