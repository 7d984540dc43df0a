"""The pages of one's own account: name, password, second factors, browsers."""
