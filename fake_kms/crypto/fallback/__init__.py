"""Pure Python stand-ins for what `cryptography` lacks, none of them constant in time: they are for tests."""
