"""The resources: keys, aliases, grants, and how they are found, listed and aged."""
