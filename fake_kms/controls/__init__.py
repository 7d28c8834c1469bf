"""What a user holds besides the fake itself: its journal, its principals, its CloudHSM clusters."""
