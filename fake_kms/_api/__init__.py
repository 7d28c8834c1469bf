"""What `import fake_kms` offers: the fake itself, its options, and the decorator."""
