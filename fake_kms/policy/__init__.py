"""The authorizer: policies as documents, and the decision over them. Pure: no store, no clock, no wire."""
