"""What AWS documents as tables, in the same order, and the botocore model."""
