"""The mirrors: what AWS prints as tables, and the botocore model."""
