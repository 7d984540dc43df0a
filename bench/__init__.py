"""The benchmark: what the shop's main work costs, beside bare references of the same run."""
