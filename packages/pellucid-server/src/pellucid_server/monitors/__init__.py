"""monitors: knowing before users complain, and the ledger of every change that could have done it."""
