"""What a user of a fake holds: its journal, its principals, its clusters."""
