"""The authorizer: compiled policies, and the decision about a request. It uses neither the store nor the clock."""
